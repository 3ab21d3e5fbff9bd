import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
type Manifest = { name: string; dependencies?: Record<string, string> };

const folders = ["schemas", ...["packages", "services"].flatMap(foldersOf)];
const manifests = new Map(
  folders.map((folder) => [folder, JSON.parse(read(`${folder}/package.json`)) as Manifest]),
);

function foldersOf(area: string): string[] {
  return readdirSync(join(root, area)).map((name) => `${area}/${name}`);
}

/** The folders of a workspace package and of all that it needs, directly or indirectly. */
function neededBy(folder: string): string[] {
  const { dependencies = {} } = manifests.get(folder)!;
  const direct = folders.filter((each) => manifests.get(each)!.name in dependencies);
  return [folder, ...direct.flatMap(neededBy)];
}

test("the image contains every workspace package that a service needs", () => {
  const needed = new Set(foldersOf("services").flatMap(neededBy));
  const [copied, letIn] = [read("Dockerfile"), read(".dockerignore").split("\n")];
  for (const folder of needed) {
    expect(copied).toContain(`COPY ${folder}/package.json ${folder}/`);
    expect(letIn.some((line) => line === `!${folder}` || line === `!${folder.split("/")[0]}`)).toBe(true);
  }
  expect(needed.size).toBeGreaterThan(7);
});

test("the stage that builds the page has the sources of every package that the board needs", () => {
  const [, stage] = read("Dockerfile").split(/^FROM .+ AS page$/m);
  const copied = stage!.split(/^FROM /m)[0]!;
  for (const folder of neededBy("services/board")) expect(copied).toContain(`COPY ${folder} ${folder}\n`);
});

test("the image, .nvmrc and the installed Node are one major version, which `engines` accepts", () => {
  const { engines, devDependencies } = JSON.parse(read("package.json"));
  const major = Number(read(".nvmrc"));
  const images = [...read("Dockerfile").matchAll(/^FROM node:(\d+)/gm)].map(([, version]) => Number(version));
  const [, least] = /^>=(\d+)\./.exec(engines.node) ?? [];
  expect(new Set(images)).toEqual(new Set([major]));
  expect(devDependencies.node).toMatch(new RegExp(`^\\^${major}\\.`));
  expect(major).toBeGreaterThanOrEqual(Number(least));
});
