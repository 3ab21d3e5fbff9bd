import { expect, test } from "@jest/globals";
import { listAbandoned, nationalNumber, type ReturnableCall } from "./abandoned.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 25, 12) + seconds * 1_000);
const asked = {
  window: { from: at(0), to: at(3_600) },
  promiseOf: () => ({ serviceLevelMs: 20_000, shortAbandonMs: 5_000 }),
};
const gaveUp = (
  aggregate_id: string,
  from: number,
  until: number,
  their_number: string | null,
): ReturnableCall => ({
  aggregate_id,
  their_number,
  answered_at: null,
  legs: [
    {
      ...{ queue: "900", entered_at: at(from), ended_at: at(until), outcome: "ABANDONED" },
      ...{ answered_at: null, agent: null, talked_until: null },
    },
  ],
});
const talked = (seconds: number, their_number: string): ReturnableCall => ({
  ...{ aggregate_id: `talked ${seconds}`, their_number, answered_at: at(seconds), legs: [] },
});

test("who gave up is listed, the latest first, with how long they waited", () => {
  const calls = [gaveUp("a", 10, 70, "5511987654321"), gaveUp("b", 100, 104, null)];
  expect(listAbandoned(calls, asked)).toEqual([
    {
      ...{ aggregate_id: "b", their_number: null, queue: "900", entered_at: at(100), ended_at: at(104) },
      ...{ waited_ms: 4_000, short: true, returned_at: null },
    },
    {
      ...{
        aggregate_id: "a",
        their_number: "5511987654321",
        queue: "900",
        entered_at: at(10),
        ended_at: at(70),
      },
      ...{ waited_ms: 60_000, short: false, returned_at: null },
    },
  ]);
});

test("only what ended in the window counts, and only what was abandoned", () => {
  const [leg] = gaveUp("x", 10, 70, null).legs;
  const overflowed = { ...gaveUp("c", 1, 2, null), legs: [{ ...leg!, outcome: "OVERFLOWED" as const }] };
  const calls = [gaveUp("before", -90, -1, null), gaveUp("after", 3_590, 3_600, null), overflowed];
  expect(listAbandoned(calls, asked)).toEqual([]);
});

test("a number counts as returned from the first talk after the abandon, with or without the country's code", () => {
  const calls = [
    ...[talked(50, "11987654321"), talked(900, "+55 11 98765-4321"), talked(400, "11987654321")],
    ...[talked(300, "11900000000"), gaveUp("a", 10, 70, "5511987654321")],
  ];
  expect(listAbandoned(calls, asked).map(({ returned_at }) => returned_at)).toEqual([at(400)]);
});

test("callers without a number are never taken for each other", () => {
  const calls = [
    gaveUp("a", 10, 70, null),
    { ...talked(300, ""), their_number: null },
    talked(301, "anonymous"),
  ];
  expect(listAbandoned(calls, asked)[0]?.returned_at).toBeNull();
});

test.each([
  ["5511987654321", "11987654321"],
  ["551130001000", "1130001000"],
  ["+55 (11) 3000-1000", "1130001000"],
  ["11987654321", "11987654321"],
  ["5530001000", "5530001000"],
  ["200", "200"],
  ["anonymous", null],
  [null, null],
])("%j is the number %j", (number, national) => {
  expect(nationalNumber(number)).toBe(national);
});
