import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const root = join(import.meta.dirname, "..");
type Manifest = { name: string; dependencies?: Record<string, string> };
const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
const folders = (area: string) => readdirSync(join(root, area)).map((name) => `${area}/${name}`);
const ours = ({ dependencies = {} }: Manifest) =>
  Object.keys(dependencies).filter((name) => name.startsWith("@teravoz/"));

/** Returns whether a file is a suite or shared by suites. These may import dependencies of tests. */
const isForTests = (path: string) => path.endsWith(".test.ts") || /^(contract|testing)(\/|\.ts$)/.test(path);

const services = folders("services").map(manifest);
const packages = folders("packages").map(manifest);
const sources = [...folders("services"), ...folders("packages")].flatMap((folder) =>
  readdirSync(join(root, folder, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !isForTests(path))
    .map((path) => ({ folder, path, text: readFileSync(join(root, folder, "src", path), "utf8") })),
);
const importers = (library: string) => {
  const imports = new RegExp(`(from|import) "${library}["/]`);
  return [...new Set(sources.filter(({ text }) => imports.test(text)).map(({ folder }) => folder))];
};

test("no service depends on another", () => {
  const names = services.map(({ name }) => name);
  for (const service of services) expect(ours(service).filter((name) => names.includes(name))).toEqual([]);
});

test("no package depends on a service", () => {
  const names = services.map(({ name }) => name);
  for (const each of packages) expect(ours(each).filter((name) => names.includes(name))).toEqual([]);
});

test("the domain depends on no package of ours and on none that does I/O", () => {
  expect(Object.keys(manifest("packages/domain").dependencies ?? {})).toEqual(["libphonenumber-js", "uuid"]);
  const domain = sources.filter(({ folder }) => folder === "packages/domain");
  for (const { text } of domain)
    expect(text).not.toMatch(/from "node:|Date\.now\(|new Date\(\)|Math\.random/);
});

test("the protocol depends only on the domain and zod, and imports no module of Node, because pages load it", () => {
  const { dependencies = {} } = manifest("packages/protocol");
  expect(Object.keys(dependencies)).toEqual(["@teravoz/domain", "zod"]);
  for (const { text } of sources.filter(({ folder }) => folder === "packages/protocol"))
    expect(text).not.toMatch(/from "node:/);
});

test("only packages/kafka imports kafkajs and only packages/store imports mongodb, except for the stack's own checks", () => {
  expect(importers("kafkajs")).toEqual(["packages/kafka"]);
  expect(importers("mongodb").filter((folder) => folder !== "packages/stack")).toEqual(["packages/store"]);
});

test("each import of a source is a dependency of its package", () => {
  for (const { folder, path, text } of sources) {
    const { dependencies = {}, name } = manifest(folder);
    const imported = [...text.matchAll(/from "((?:@[^/"]+\/)?[^./"][^/"]*)/g)].map(([, library]) => library!);
    const unlisted = imported.filter(
      (library) => !library.startsWith("node:") && !(library in dependencies) && library !== name,
    );
    expect({ folder, path, unlisted }).toEqual({ folder, path, unlisted: [] });
  }
});

/**
 * The folders of services/board/src that each of these may import. `words.ts` at the top combines the words
 * of all folders.
 */
const BOARD_IMPORTS: Record<string, readonly string[]> = {
  model: [],
  base: ["model", "words.ts"],
  reports: ["model", "base"],
};

const board = join(root, "services/board/src");
const boardPaths = readdirSync(board, { recursive: true, encoding: "utf8" }).filter(
  (path) => /\.tsx?$/.test(path) && !/\.test\.ts$/.test(path),
);
const boardText = (path: string) => readFileSync(join(board, path), "utf8");

test("the board imports no package of ours as a whole, but only entries that a page can load", () => {
  const imported = boardPaths.flatMap((path) =>
    [...boardText(path).matchAll(/from "@teravoz\/([^"]+)"/g)].map(([, name]) => name!),
  );
  const entries = [...new Set(imported)].filter(
    (name) => !/^domain\/|^protocol\/(addresses|client|limits)$/.test(name),
  );
  expect(entries).toEqual([]);
  expect(imported.length).toBeGreaterThan(50);
});

/** Matches the field of a body, and the functions of the domain that read it. */
const STAMP = /[tT]imestamp|readOccurrence/;

test("the board reads no timestamp of a sender: the server sends when each event happened", () => {
  const readers = boardPaths.filter((path) => STAMP.test(boardText(path)));
  // its only use is the list of fields that are not masked
  expect(readers).toEqual(["base/format.ts"]);
  expect(boardText("base/format.ts").match(/[tT]imestamp/g)).toHaveLength(1);
});

test("the board formats times in the account's zone, and leaves the arithmetic to the domain", () => {
  const inZone = boardPaths.filter((path) => boardText(path).includes("timeZone:"));
  expect(inZone).toEqual(["base/times.ts"]);
});

test("the board's model, base and reports import no page, and only main.tsx imports the shell", () => {
  const paths = boardPaths.filter((path) => !/^words-\w\w\.ts$/.test(path));
  for (const path of paths) {
    const [folder] = path.split("/");
    const text = boardText(path);
    const imported = [...text.matchAll(/(?:from|import\(?) ?"(\.[^"]+)"/g)].map(
      ([, name]) => join(path, "..", name!).split("/")[0]!,
    );
    const others = imported.filter((name) => name !== folder);
    if (folder !== "main.tsx")
      expect({ path, shell: others.includes("shell") }).toEqual({ path, shell: false });
    const allowed = BOARD_IMPORTS[folder!];
    if (allowed)
      expect({ path, others: others.filter((name) => !allowed.includes(name)) }).toEqual({
        path,
        others: [],
      });
  }
  expect(paths.length).toBeGreaterThan(100);
});
