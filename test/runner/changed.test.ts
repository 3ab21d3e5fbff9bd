import { expect, test } from "@jest/globals";
import { findDistances } from "./changed.ts";
import { findUses } from "./imports.ts";

const PACKAGE = {
  "packages/domain/src/index.ts": 'export * from "./call.ts";\nexport { isDue } from "./due.ts";\n',
  "packages/domain/src/call.ts": 'import { orderEvents } from "./order.ts";\nexport function foldCall() {}\n',
  "packages/domain/src/due.ts": "export const isDue = () => true;\n",
  "packages/domain/src/order.ts": "export const orderEvents = () => {};\n",
};

const usesOf = (files: Record<string, string>) =>
  Object.fromEntries(
    [...findUses(new Map(Object.entries({ ...PACKAGE, ...files })))].map(([path, used]) => [path, [...used]]),
  );

test("an import through the index of a package uses only the file that exports the name", () => {
  const { "test/a.test.ts": used } = usesOf({
    "test/a.test.ts": 'import { isDue } from "@teravoz/domain";\n',
  });
  expect(used).toEqual(["packages/domain/src/due.ts"]);
});

test("an import through the index of a folder uses only the file that exports the name", () => {
  const folder = {
    "packages/domain/src/index.ts": 'export * from "./call/index.ts";\n',
    "packages/domain/src/call/index.ts": 'export * from "./visits.ts";\nexport * from "./talks.ts";\n',
    "packages/domain/src/call/visits.ts": "export const openVisitOf = () => null;\n",
    "packages/domain/src/call/talks.ts": "export const MAX_TALKS = 100;\n",
    "test/a.test.ts": 'import { openVisitOf } from "@teravoz/domain";\n',
    "test/b.test.ts": 'import { MAX_TALKS } from "@teravoz/domain/call";\n',
  };
  const { "test/a.test.ts": whole, "test/b.test.ts": entry } = usesOf(folder);
  expect(whole).toEqual(["packages/domain/src/call/visits.ts"]);
  expect(entry).toEqual(["packages/domain/src/call/talks.ts"]);
});

test("an import of several lines, with types and renamed names, uses the files of its names", () => {
  const text = 'import {\n  type Call,\n  foldCall as fold,\n  isDue,\n} from "@teravoz/domain";\n';
  expect(usesOf({ "test/a.test.ts": text })["test/a.test.ts"]).toEqual([
    "packages/domain/src/call.ts",
    "packages/domain/src/due.ts",
  ]);
});

test("an import of types uses no file", () => {
  const text =
    'import type { Call } from "@teravoz/domain";\nimport { type Event } from "@teravoz/domain";\n';
  expect(usesOf({ "test/a.test.ts": text })["test/a.test.ts"]).toEqual([]);
});

test("an import of an unknown name uses the index, and an import of a namespace uses all its files", () => {
  const { "test/a.test.ts": unknown, "test/b.test.ts": all } = usesOf({
    "test/a.test.ts": 'import { strange } from "@teravoz/domain";\n',
    "test/b.test.ts": 'import * as domain from "@teravoz/domain";\n',
  });
  expect(unknown).toEqual(["packages/domain/src/index.ts"]);
  expect(all).toEqual([
    "packages/domain/src/index.ts",
    "packages/domain/src/call.ts",
    "packages/domain/src/due.ts",
  ]);
});

test("a module that is started by its path is used, and a file that is read by its name is too", () => {
  const { "test/e2e/a.test.ts": used } = usesOf({
    "test/e2e/a.test.ts":
      'spawn(join(here, "../support/tiny.ts"));\nread(join(root, "docker-compose.yml"));\n',
    "test/support/tiny.ts": "",
    "docker-compose.yml": "",
  });
  expect(used?.toSorted()).toEqual(["docker-compose.yml", "test/support/tiny.ts"]);
});

test("a change reaches every file that uses it, at the distance of the shortest path", () => {
  const uses = findUses(
    new Map(
      Object.entries({
        ...PACKAGE,
        "test/near.test.ts": 'import { orderEvents } from "../packages/domain/src/order.ts";\n',
        "test/far.test.ts": 'import { foldCall } from "@teravoz/domain";\n',
        "test/none.test.ts": 'import { isDue } from "@teravoz/domain";\n',
      }),
    ),
  );
  const distances = findDistances(uses, ["packages/domain/src/order.ts"]);
  expect(
    ["test/near.test.ts", "test/far.test.ts", "test/none.test.ts"].map((path) => distances.get(path)),
  ).toEqual([1, 2, undefined]);
});
