import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { listSuites } from "./runner/select.ts";

const root = join(import.meta.dirname, "..");

/** The rows of ARCHITECTURE's table of promises: what is promised, and what proves it. */
function readPromises(): { promise: string; proof: string }[] {
  const [, section = ""] = readFileSync(join(root, "ARCHITECTURE.md"), "utf8").split("## Promises");
  const rows = section
    .split("\n## ")[0]!
    .split("\n")
    .filter((line) => line.startsWith("| "));
  return rows.slice(1).map((row) => {
    const cells = row.split(" | ");
    return { promise: cells[0]!.slice(2), proof: cells.at(-1)! };
  });
}

test("every promise of ARCHITECTURE names a suite that `test` runs, or the campaigns of `test:faults`", () => {
  const suites = listSuites();
  const isProof = (name: string) =>
    suites.some((path) => `/${path}`.endsWith(`/${name}`)) || /^test\/faults$|\/contract$/.test(name);
  const promises = readPromises();
  expect(promises.length).toBeGreaterThan(60);
  const unproved = promises.filter(({ proof }) => {
    const named = [...proof.matchAll(/`([^`*]+)`/g)].map(([, name]) => name!);
    return !named.some(isProof) && !/contract|every e2e suite/.test(proof);
  });
  expect(unproved).toEqual([]);
});

test("every file that the table of promises names is there", () => {
  const suites = listSuites();
  const named = readPromises().flatMap(({ proof }) =>
    [...proof.matchAll(/`([^`*]+\.test\.ts)`/g)].map(([, name]) => name!),
  );
  expect(
    named.filter(
      (name) => !suites.some((path) => `/${path}`.endsWith(`/${name}`)) && !existsSync(join(root, name)),
    ),
  ).toEqual([]);
});
