import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { listSuites } from "./runner/select.ts";

const root = join(import.meta.dirname, "..");
const paths = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).split("\n");

type Promised = { promise: string; code: string; proof: string };
/** An item of ARCHITECTURE's lists of promises: the promise in bold, then the code that keeps it and its tests. */
const ITEM = /^- \*\*([\s\S]+?)\*\*\n +Code: ([\s\S]+?)\n +Tests: ([\s\S]+)$/;

function readPromises(): Promised[] {
  const [, section = ""] = readFileSync(join(root, "ARCHITECTURE.md"), "utf8").split("## Promises");
  const items = section.split("\n## ")[0]!.split(/\n(?=- |###|$)/);
  return items
    .filter((item) => item.startsWith("- "))
    .map((item) => {
      const [, promise = item, code = "", proof = ""] = ITEM.exec(item) ?? [];
      return { promise, code, proof };
    });
}

const quoted = (text: string) => [...text.matchAll(/`([^`*]+)`/g)].map(([, name]) => name!);
const exists = (name: string) =>
  existsSync(join(root, name)) || paths.some((path) => `/${path}`.endsWith(`/${name}`));

test("every promise of ARCHITECTURE names a suite that `test` runs, or the campaigns of `test:faults`", () => {
  const suites = listSuites();
  const isProof = (name: string) =>
    suites.some((path) => `/${path}`.endsWith(`/${name}`)) || /^test\/faults$|\/contract$/.test(name);
  const promises = readPromises();
  expect(promises.length).toBeGreaterThan(100);
  expect(promises.filter(({ proof }) => !quoted(proof).some(isProof))).toEqual([]);
});

test("every suite that the promises name is one that `test` runs", () => {
  const suites = listSuites();
  const named = readPromises().flatMap(({ proof }) =>
    quoted(proof).filter((name) => name.endsWith(".test.ts")),
  );
  expect(named.filter((name) => !suites.some((path) => `/${path}`.endsWith(`/${name}`)))).toEqual([]);
});

test("every promise names its code, and every file and folder that it names exists", () => {
  const promises = readPromises();
  expect(promises.filter(({ code }) => code === "")).toEqual([]);
  const named = promises.flatMap(({ code, proof }) =>
    [...quoted(code), ...quoted(proof)].filter((name) => /[/.](ts|tsx|conf|md)$|\//.test(name)),
  );
  expect(named.filter((name) => !exists(name))).toEqual([]);
});
