import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { ROOT } from "../open-stack.ts";
import { PAGE_SOURCES } from "./jobs.ts";
import { KINDS, SHARED } from "./watch.ts";

type Manifest = { name: string; dependencies?: Record<string, string> };
const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
const packages = readdirSync(join(ROOT, "packages")).map((name) => `packages/${name}`);

/** Returns the source folders of the packages that a workspace folder needs, directly or indirectly. */
function neededBy(folder: string): string[] {
  const { dependencies = {} } = manifest(folder);
  const direct = packages.filter((each) => manifest(each).name in dependencies);
  return direct.flatMap((each) => [`${each}/src`, ...neededBy(each)]);
}

test.each(KINDS)("a change of any package that %s needs restarts it", (kind) => {
  expect(SHARED).toEqual(expect.arrayContaining(neededBy(`services/${kind}`)));
});

test("the page is built again after a change of any package that the board needs", () => {
  const needed = neededBy("services/board");
  expect(needed).toContain("packages/domain/src");
  expect(PAGE_SOURCES).toEqual(expect.arrayContaining(needed.map((each) => join(ROOT, each))));
});
