import { expect, test } from "@jest/globals";
import { reasonToConfirm } from "./erasure-guard.ts";

test.each([
  [0, 0, false],
  [10, 10, false],
  [11, 1_100, false],
  [100, 10_000, false],
])("an erasure of %i calls of %i needs no confirmation", (calls, all, isOurs) => {
  expect(reasonToConfirm({ calls, all, isOurs })).toBeNull();
});

test.each([
  [11, 1_099, false, "1 %"],
  [101, 1_000_000, false, "more than 100"],
  [1, 1_000_000, true, "own numbers"],
])("an erasure of %i calls of %i (own number: %s) must be confirmed: %s", (calls, all, isOurs, reason) => {
  expect(reasonToConfirm({ calls, all, isOurs })).toContain(reason);
});
