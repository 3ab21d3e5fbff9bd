import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "@jest/globals";
import { ROOT } from "@teravoz/stack";
import { buildPage } from "../support/browser/browser.ts";

const BUILT = join(ROOT, "services", "board", "dist");
/** Bytes that the line of a slow phone (500 kbit/s) transfers in a second. */
const MOST = 60_000;

beforeAll(buildPage, 120_000);

const gzipped = async (name: string) => gzipSync(await readFile(join(BUILT, name))).length;
const files = async () => (await readdir(join(BUILT, "assets"))).map((name) => `assets/${name}`);

/** The files of the first load: the document, the files that it names, and the words of one language. */
async function firstLoad(): Promise<string[]> {
  const html = await readFile(join(BUILT, "index.html"), "utf8");
  const named = (await files()).filter((name) => html.includes(name) && /\.(js|css)$/.test(name));
  const words = (await files()).filter((name) => /assets\/words-pt-/.test(name));
  return ["index.html", ...named, ...words];
}

test("the first load is less than 60 kB compressed, and rarely opened pages are loaded when they are opened", async () => {
  const first = await firstLoad();
  const bytes = await Promise.all(first.map(gzipped));
  expect(bytes.reduce((sum, each) => sum + each)).toBeLessThan(MOST);
  for (const name of [
    "plot",
    "queues-page",
    "abandoned-page",
    "deliveries-page",
    "system-page",
    "number-page",
    "words-en",
  ])
    expect(first.filter((file) => file.includes(name))).toEqual([]);
});

test.each([
  ["queues", "Todas as filas"],
  ["abandoned", "de telefone oculto ou ilegível"],
  ["deliveries", "Reprocessar todas"],
  ["system", "Eventos por minuto"],
  ["number", "Mostrar mais antigas"],
])("the words of the page %s are loaded with the page", async (_page, text) => {
  const built = await Promise.all(
    (await files()).map(async (name) => ({ name, text: await readFile(join(BUILT, name), "utf8") })),
  );
  const holders = built.filter((file) => file.text.includes(text)).map(({ name }) => name);
  const first = await firstLoad();
  expect(holders).toHaveLength(1);
  expect(first).not.toContain(holders[0]);
});

test("the chart library is in a separate file", async () => {
  for (const name of await firstLoad())
    expect({ name, plots: (await readFile(join(BUILT, name), "utf8")).includes("u-legend") }).toEqual({
      name,
      plots: false,
    });
});
