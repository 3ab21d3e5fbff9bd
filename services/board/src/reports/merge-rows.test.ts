import { expect, test } from "@jest/globals";
import { byQueueNumber } from "@teravoz/domain/numbers";
import { mergeRows } from "./merge-rows.ts";

type Row = { queue: string | null; n: number };
const row = (queue: string | null, n = 0): Row => ({ queue, n });
const merge = (before: Row[], changed: Row[], gone: (string | null)[] = []) =>
  mergeRows(before, { changed, gone }, { nameOf: ({ queue }) => queue, compare: byQueueNumber }).map(
    ({ queue, n }) => [queue, n],
  );

test("a changed row keeps its position, a new row is sorted in by number, and a row without a name comes last", () => {
  const before = [row("99"), row("1000"), row(null)];
  expect(merge(before, [row("1000", 1)])).toEqual([
    ["99", 0],
    ["1000", 1],
    [null, 0],
  ]);
  expect(merge(before, [row("901"), row("vip")]).map(([name]) => name)).toEqual([
    "99",
    "901",
    "1000",
    "vip",
    null,
  ]);
});

test("a removed row disappears", () => {
  expect(merge([row("a"), row("b"), row(null)], [row("b", 2)], ["a", null])).toEqual([["b", 2]]);
});
