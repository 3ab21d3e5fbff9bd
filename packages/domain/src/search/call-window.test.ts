import { describe, expect, test } from "@jest/globals";
import { at } from "../../testing/calls.ts";
import { byOrder, isInWindow } from "./call-window.ts";

/** A call that happened at 0 s and was delivered from 100 s to 200 s. */
const call = { id: 5, began_at: at(0), created_at: at(100), updated_at: at(200) };
const isIn = (from: number | null, to: number | null, order: "id" | "began_at") =>
  isInWindow(
    call,
    { ...(from === null ? {} : { since: at(from) }), ...(to === null ? {} : { until: at(to) }) },
    order,
  );

describe("a call that was delivered late", () => {
  test("belongs to the window in which it began, in the order of began_at", () => {
    expect([isIn(0, 1, "began_at"), isIn(-9, 0, "began_at"), isIn(1, 300, "began_at")]).toEqual([
      true,
      false,
      false,
    ]);
    expect([isIn(null, null, "began_at"), isIn(null, 50, "began_at")]).toEqual([true, true]);
  });

  test("belongs to the windows in which it was received, in the order of ids", () => {
    expect([isIn(0, 1, "id"), isIn(150, 160, "id"), isIn(200, null, "id"), isIn(201, null, "id")]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

test("calls are ordered newest first, by id, or by began_at and then by id", () => {
  const calls = [
    { id: 1, began_at: at(9) },
    { id: 2, began_at: at(0) },
    { id: 3, began_at: at(0) },
  ];
  expect(calls.toSorted(byOrder("id")).map(({ id }) => id)).toEqual([3, 2, 1]);
  expect(calls.toSorted(byOrder("began_at")).map(({ id }) => id)).toEqual([1, 3, 2]);
});
