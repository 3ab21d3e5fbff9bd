import { describe, expect, test } from "@jest/globals";
import { sampleVisit } from "../../testing/counted.ts";
import { createReadTelephone } from "../telephone/phone-number.ts";
import { listAbandoned, listPeople, type ReturnableCall } from "./abandoned.ts";

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
  counted_as: "inbound",
  connected_at: null,
  legs: [sampleVisit({ entered_at: at(from), ended_at: at(until), outcome: "ABANDONED" })],
  talks: [],
});
const talked = (
  seconds: number,
  their_number: string,
  given: Partial<ReturnableCall> = {},
): ReturnableCall => ({
  aggregate_id: `talked ${seconds}`,
  ...party(their_number),
  counted_as: "inbound",
  connected_at: null,
  legs: [sampleVisit({ answered_at: at(seconds) })],
  talks: [],
  ...given,
});

test("abandoned visits are listed latest first, with the wait of the caller", () => {
  const calls = [gaveUp("a", 10, 70, "5511987654321"), gaveUp("b", 100, 104, null)];
  expect(listAbandoned(calls, asked)).toEqual([
    {
      aggregate_id: "b",
      their_number: null,
      their_number_display: null,
      person: null,
      queue: "900",
      entered_at: at(100),
      ended_at: at(104),
      waited_ms: 4_000,
      short: true,
      returned_at: null,
    },
    {
      aggregate_id: "a",
      their_number: "5511987654321",
      their_number_display: "+55 11 98765-4321",
      person: "+5511987654321",
      queue: "900",
      entered_at: at(10),
      ended_at: at(70),
      waited_ms: 60_000,
      short: false,
      returned_at: null,
    },
  ]);
});

test("only visits that were abandoned and ended in the window are listed", () => {
  const [visit] = gaveUp("x", 10, 70, null).legs;
  const overflowed = { ...gaveUp("c", 1, 2, null), legs: [{ ...visit!, outcome: "OVERFLOWED" as const }] };
  const calls = [gaveUp("before", -90, -1, null), gaveUp("after", 3_590, 3_600, null), overflowed];
  expect(listAbandoned(calls, asked)).toEqual([]);
});

test("a number counts as returned from the first talk after the abandon, in any spelling", () => {
  const calls = [
    talked(50, "11987654321"),
    talked(900, "+55 11 98765-4321"),
    talked(400, "11987654321"),
    talked(300, "11900000000"),
    gaveUp("a", 10, 70, "5511987654321"),
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

test("each abandoned visit of a call has a row, even if the call continued", () => {
  const [first] = gaveUp("a", 10, 70, "11987654321").legs;
  const second = sampleVisit({ queue: "901", entered_at: at(71), ended_at: at(90), outcome: "ABANDONED" });
  const call = { ...gaveUp("a", 10, 70, "11987654321"), legs: [first!, second] };
  expect(listAbandoned([call], asked)).toMatchObject([
    { aggregate_id: "a", queue: "901", waited_ms: 19_000 },
    { aggregate_id: "a", queue: "900", waited_ms: 60_000 },
  ]);
});

test.each(["outbound", "internal"] as const)("a visit of an %s call is not listed", (counted_as) => {
  expect(listAbandoned([{ ...gaveUp("a", 10, 70, "11987654321"), counted_as }], asked)).toEqual([]);
});

test("an unknown wait is null and never short", () => {
  const [visit] = gaveUp("a", 70, 70, null).legs;
  const call = { ...gaveUp("a", 70, 70, null), legs: [{ ...visit!, wait_known: false }] };
  expect(listAbandoned([call], asked)).toMatchObject([{ waited_ms: null, short: false }]);
});

test("a wait as long as the queue's short time is short, and one a millisecond longer is not", () => {
  const shorts = [5, 5.001].map((seconds) => listAbandoned([gaveUp("a", 0, seconds, null)], asked)[0]?.short);
  expect(shorts).toEqual([true, false]);
});

test("a visit of an anonymous caller that was answered later in the same call counts as talked to", () => {
  const call = gaveUp("a", 10, 70, null);
  const legs = [...call.legs, sampleVisit({ queue: "901", entered_at: at(71), answered_at: at(80) })];
  expect(listAbandoned([{ ...call, legs }], asked)).toMatchObject([{ returned_at: at(80) }]);
});

describe("a person was talked to", () => {
  const number = "11987654321";
  const returned = (given: Partial<ReturnableCall>) =>
    listAbandoned([gaveUp("a", 10, 70, number), talked(300, number, { legs: [], ...given })], asked)[0]
      ?.returned_at;
  const talk = { agent: "ana", extension: null, entered_at: at(300), ended_at: null };

  test("by an agent who was on an inbound call in no queue", () => {
    expect(returned({ talks: [talk] })).toEqual(at(300));
  });

  test("by the call.ongoing of an outbound call", () => {
    expect(returned({ counted_as: "outbound", connected_at: at(305) })).toEqual(at(305));
  });

  test("not by an agent on an outbound call that was never connected", () => {
    expect(returned({ counted_as: "outbound", talks: [talk] })).toBeNull();
  });

  test("not by a call.ongoing of an inbound call without a visit and without an agent: a voicemail", () => {
    expect(returned({ connected_at: at(305) })).toBeNull();
  });

  test("not by an internal call", () => {
    expect(returned({ counted_as: "internal", connected_at: at(305), talks: [talk] })).toBeNull();
  });

  test("not by a second visit that was abandoned too", () => {
    const again = gaveUp("b", 300, 400, number);
    expect(listAbandoned([gaveUp("a", 10, 70, number), again], asked)).toMatchObject([
      { aggregate_id: "b", returned_at: null },
      { aggregate_id: "a", returned_at: null },
    ]);
  });
});

describe("the people of abandoned visits", () => {
  const [mine, other, third] = ["+55 11 98765-4321", "11900000000", "11911111111"];
  const peopleOf = (...calls: ReturnableCall[]) => listPeople(listAbandoned(calls, asked));

  test("are each listed once, with all of their visits", () => {
    expect(peopleOf(gaveUp("a", 10, 70, mine!), gaveUp("b", 100, 104, "11987654321"))).toEqual([
      {
        person: "+5511987654321",
        their_number: "11987654321",
        their_number_display: "+55 11 98765-4321",
        aggregate_id: "b",
        times: 2,
        first_at: at(70),
        last_at: at(104),
        longest_wait_ms: 60_000,
        short: false,
        talked_at: null,
      },
    ]);
  });

  test("are sorted: those not talked to come first, and then the latest first", () => {
    const people = peopleOf(
      gaveUp("a", 10, 20, mine!),
      gaveUp("b", 10, 30, other!),
      gaveUp("c", 10, 40, third!),
      talked(50, third!),
    );
    expect(people.map(({ aggregate_id, talked_at }) => [aggregate_id, talked_at])).toEqual([
      ["b", null],
      ["a", null],
      ["c", at(50)],
    ]);
  });

  test("count as talked to only after the last of their visits", () => {
    expect(peopleOf(gaveUp("a", 10, 20, mine!), talked(50, mine!), gaveUp("b", 60, 70, mine!))).toMatchObject(
      [{ times: 2, talked_at: null }],
    );
  });

  test("do not include anonymous callers", () => {
    expect(peopleOf(gaveUp("a", 10, 20, null), gaveUp("b", 10, 20, "anonymous"))).toEqual([]);
  });

  test("have no longest wait if none of their waits is known", () => {
    const call = gaveUp("a", 20, 20, mine!);
    const legs = call.legs.map((visit) => ({ ...visit, wait_known: false }));
    expect(peopleOf({ ...call, legs })).toMatchObject([{ longest_wait_ms: null, short: false }]);
  });
});
