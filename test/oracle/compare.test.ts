import { expect, test } from "@jest/globals";
import { boardOf, explain, firstDifference, shrink, withoutEmpty } from "./compare.ts";
import { ana, countLines, eventsOf, type Line } from "./story.ts";

const lines: Line[] = [
  [1, "call.waiting", { queue: "900" }],
  [2, "call.waiting", { queue: "901", call_id: "c2" }],
  [5, "actor.entered", ana],
];
const board = () => boardOf(countLines(lines));

test("a board has moments in ISO 8601 and rows by their keys", () => {
  expect(board()).toMatchObject({
    calls: { c1: { legs: [{ queue: "900", answered_at: "2026-11-29T15:00:05.000Z" }] } },
    queues: { 900: { answered: 1 }, 901: { waiting: 1 } },
    agents: { ana: { state: "TALKING" } },
    waiting: ["c2"],
  });
});

test("two equal boards have no difference", () => {
  expect(firstDifference(board(), JSON.parse(JSON.stringify(board())))).toBeNull();
});

test("a difference names its path, both values and the events of its call", () => {
  const got = JSON.parse(JSON.stringify(board()));
  got.calls.c1.legs[0].agent = "bia";
  const difference = firstDifference(board(), got)!;
  expect(difference).toEqual({ path: ["calls", "c1", "legs", "0", "agent"], expected: "ana", got: "bia" });
  const text = explain(difference, eventsOf(lines).reverse());
  expect(text.split("\n")[0]).toBe('calls.c1.legs.0.agent: the oracle counts "ana", got "bia"');
  expect(text.match(/call\.waiting|actor\.entered/g)).toEqual(["call.waiting", "actor.entered"]);
});

test("a difference of an agent or a queue lists the events of its calls", () => {
  const about = (...path: string[]) => explain({ path, expected: 1, got: 2 }, eventsOf(lines));
  expect(about("agents", "ana", "missed").match(/"c\d"/g)).toEqual(['"c1"', '"c1"']);
  expect(about("queues", "901", "waiting").match(/"c\d"/g)).toEqual(['"c2"']);
});

test("a row that one side lacks is a difference, and a rounding error of a fraction is not", () => {
  expect(firstDifference({ a: 1 }, {})).toEqual({ path: ["a"], expected: 1, got: undefined });
  expect(firstDifference(0.1 + 0.2, 0.3)).toBeNull();
});

test("a queue with nothing in it is left out", () => {
  expect(
    Object.keys(withoutEmpty({ a: { waiting: 0, outbound: { placed: 0 } }, b: { waiting: 1 } })),
  ).toEqual(["b"]);
});

test("a failing list of events is shrunk to the events that it needs to fail", () => {
  expect(shrink([1, 2, 3, 4, 5], (some) => some.includes(2) && some.includes(5))).toEqual([2, 5]);
});
