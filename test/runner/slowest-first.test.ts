import { expect, test } from "@jest/globals";
import { alternate } from "./slowest-first.ts";

test("suites on a whole gateway alternate with the others, each kind in its order, and none is lost", () => {
  const paths = [
    "test/e2e/a.test.ts",
    "test/browser/b.test.ts",
    "test/integration/kafka/c.test.ts",
    "test/e2e/d.test.ts",
    "test/integration/e.test.ts",
  ];
  expect(alternate(paths)).toEqual([paths[0], paths[2], paths[1], paths[4], paths[3]]);
  expect(alternate(paths.slice(2))).toEqual([paths[3], paths[2], paths[4]]);
  expect(alternate([])).toEqual([]);
});
