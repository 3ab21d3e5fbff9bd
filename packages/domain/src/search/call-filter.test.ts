import { expect, test } from "@jest/globals";
import { ana, callOf, q900, q901, type Sent } from "../../testing/calls.ts";
import { type CallFilter, isFound } from "./call-filter.ts";

const transferred: Sent[] = [
  ["call.waiting", 1, q900],
  ["actor.entered", 5, { actor: "Ana" }],
  ["call.ongoing", 5.1],
  ["call.waiting", 60, q901],
];
const find = (filter: CallFilter, sent = transferred) =>
  isFound({ ...callOf(...sent), id: 1, version: 1 }, filter);

test("a call is found by any of its queues with `visited`, and only by the last one with `queue`", () => {
  expect([find({ visited: "900" }), find({ visited: "901" }), find({ visited: "902" })]).toEqual([
    true,
    true,
    false,
  ]);
  expect([find({ queue: "900" }), find({ queue: "901" })]).toEqual([false, true]);
});

test("a call is found by any agent who was on it, in upper or lower case", () => {
  expect([find({ agent: "ANA" }), find({ agent: "beto" })]).toEqual([true, false]);
  const left: Sent[] = [...transferred.slice(0, 3), ["actor.left", 50, ana]];
  expect([find({ agent: "ana" }, left), find({ actor: "Ana" }, left)]).toEqual([true, false]);
});

test("a call is found as waiting if its inbound caller waits", () => {
  expect(find({ waiting: true })).toBe(true);
  expect(find({ waiting: true }, [...transferred, ["call.ongoing", 70]])).toBe(false);
  expect(find({ waiting: true }, [["call.waiting", 1, { ...q900, direction: "outbound" }]])).toBe(false);
});

test("a call is found by the kind that it counts as, however its direction is written", () => {
  const sent: Sent[] = [["call.new", 0, { direction: "OUTBOUND" }]];
  expect([find({ counted_as: "outbound" }, sent), find({ counted_as: "inbound" }, sent)]).toEqual([
    true,
    false,
  ]);
});
