import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { cacheDir, cached, type Download } from "./cache.ts";

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "cache-"));
});
afterEach(() => rm(cache, { recursive: true }));

const quiet = () => {};
const download = (fetch: Download["fetch"]): Download => ({ folder: "thing-1", title: "Thing 1", fetch });
const writing = (text: string) => download((dir) => writeFile(join(dir, "file"), text));

test("a download is fetched only once", async () => {
  const said: string[] = [];
  const folder = await cached(cache, writing("first"), (line) => said.push(line));
  await cached(cache, writing("second"), (line) => said.push(line));
  expect(await readFile(join(folder, "file"), "utf8")).toBe("first");
  expect(said).toEqual([
    "downloading Thing 1, once per machine",
    expect.stringMatching(/^downloaded Thing 1: 0 MB in \d+ s$/),
  ]);
});

test("a failed download leaves nothing behind", async () => {
  const failing = download(async (dir) => {
    await writeFile(join(dir, "half"), "");
    throw new Error("no network");
  });
  await expect(cached(cache, failing, quiet)).rejects.toThrow("no network");
  expect(await readdir(cache)).toEqual([]);
});

test("two runs that fetch at once end up with the same folder", async () => {
  const folders = await Promise.all([cached(cache, writing("a"), quiet), cached(cache, writing("b"), quiet)]);
  expect(folders[0]).toBe(folders[1]);
  expect(await readdir(cache)).toEqual(["thing-1"]);
});

test("the cache is in the machine's usual cache directory", () => {
  expect(cacheDir({ XDG_CACHE_HOME: "/var/cache" })).toBe("/var/cache/teravoz-gateway");
  expect(cacheDir({ HOME: "/home/ana" })).toBe("/home/ana/.cache/teravoz-gateway");
});
