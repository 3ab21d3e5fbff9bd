import { expect, test } from "@jest/globals";
import { listAbandoned, type ReturnableCall } from "./abandoned.ts";
import { createReadTelephone } from "./phone-number.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 25, 12) + seconds * 1_000);
const asked = {
  window: { from: at(0), to: at(3_600) },
  promiseOf: () => ({ serviceLevelMs: 20_000, shortAbandonMs: 5_000 }),
};
const readTelephone = createReadTelephone("BR");
const party = (their_number: string | null) => ({
  their_number,
  their_number_canonical: readTelephone(their_number)?.canonical ?? null,
  their_number_display: readTelephone(their_number)?.display ?? null,
});
const gaveUp = (
  aggregate_id: string,
  from: number,
  until: number,
  their_number: string | null,
): ReturnableCall => ({
  aggregate_id,
  ...party(their_number),
  answered_at: null,
  legs: [
    {
      ...{ queue: "900", entered_at: at(from), ended_at: at(until), outcome: "ABANDONED" },
      ...{ answered_at: null, agent: null, talked_until: null },
    },
  ],
});
const talked = (seconds: number, their_number: string): ReturnableCall => ({
  ...{ aggregate_id: `talked ${seconds}`, ...party(their_number), answered_at: at(seconds), legs: [] },
});

test("who gave up is listed, the latest first, with how long they waited", () => {
  const calls = [gaveUp("a", 10, 70, "5511987654321"), gaveUp("b", 100, 104, null)];
  expect(listAbandoned(calls, asked)).toEqual([
    {
      ...{
        aggregate_id: "b",
        their_number: null,
        their_number_display: null,
        person: null,
        queue: "900",
        entered_at: at(100),
        ended_at: at(104),
      },
      ...{ waited_ms: 4_000, short: true, returned_at: null },
    },
    {
      ...{
        aggregate_id: "a",
        their_number: "5511987654321",
        their_number_display: "+55 11 98765-4321",
        person: "+5511987654321",
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

test("a number counts as returned from the first talk after the abandon, however it is spelt", () => {
  const calls = [
    ...[talked(50, "11987654321"), talked(900, "+55 11 98765-4321"), talked(400, "11987654321")],
    ...[talked(300, "11900000000"), gaveUp("a", 10, 70, "5511987654321")],
  ];
  expect(listAbandoned(calls, asked).map(({ returned_at }) => returned_at)).toEqual([at(400)]);
});

test.each([null, "", "anonymous", "0000000000", "+266696687"])(
  "two callers with hidden numbers are two people: %j",
  (hidden) => {
    const calls = [
      gaveUp("a", 10, 70, hidden),
      talked(300, ""),
      talked(301, "anonymous"),
      talked(302, "0000000000"),
      talked(303, "+266696687"),
    ];
    expect(listAbandoned(calls, asked)[0]?.returned_at).toBeNull();
  },
);

test("calls of an older fold belong to no known person until they are folded again", () => {
  const older = [gaveUp("a", 10, 70, "11987654321"), talked(300, "11900000000")].map(
    ({ their_number_canonical: _, ...call }) => call as ReturnableCall,
  );
  expect(listAbandoned(older, asked)).toMatchObject([{ person: null, returned_at: null }]);
});
