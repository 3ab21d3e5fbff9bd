import { expect, test } from "@jest/globals";
import { at } from "../../testing/calls.ts";
import { durationOf, isWithin, meanOf } from "./window.ts";

test("a window includes its beginning and not its end", () => {
  const window = { from: at(0), to: at(10) };
  expect([-0.001, 0, 9.999, 10].map((seconds) => isWithin(at(seconds), window))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test("a duration is never negative", () => {
  expect([durationOf(at(1), at(3.5)), durationOf(at(3.5), at(3))]).toEqual([2_500, 0]);
});

test("a mean is a whole number, and null without values", () => {
  expect([meanOf(10, 4), meanOf(0, 3), meanOf(0, 0)]).toEqual([3, 0, null]);
});
