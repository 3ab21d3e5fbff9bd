import { expect, test } from "@jest/globals";
import { listAbandoned } from "@teravoz/domain";
import fc from "fast-check";
import type { Call, Leg } from "./calls.ts";
import { findGaveUp, totalsOf } from "./number-calls.ts";

const beganAt = Date.UTC(2026, 10, 25, 12);
const at = (seconds: number) => new Date(beganAt + seconds * 1_000).toISOString();
const leg = (from: number, given: Partial<Leg> = {}): Leg => ({
  ...{ queue: "900", entered_at: at(from), answered_at: null, talked_until: null, ended_at: null },
  ...{ outcome: null, ...given },
});
const call = (id: number, given: Partial<Call> = {}): Call => ({
  ...{ id, version: 1, aggregate_id: String(id), state: "FINISHED", direction: "inbound" },
  ...{ created_at: at(id), updated_at: at(id), our_number: null, their_number: "5511987654321" },
  ...{ queue: null, actor: null, code: null, abandoned: false, events: 1, recording_url: null },
  ...{ legs: [], answered_at: null, finished_at: null, our_number_canonical: null, our_number_display: null },
  ...{ their_number_canonical: "+5511987654321", their_number_display: "+55 11 98765-4321" },
  ...given,
});
const gaveUp = (from: number, waitS: number): Leg =>
  leg(from, { ended_at: at(from + waitS), outcome: "ABANDONED" });

test("the totals of a number are those of its calls", () => {
  const talked = leg(5, { answered_at: at(10), talked_until: at(70), ended_at: at(71), outcome: "ANSWERED" });
  const calls = [
    call(3, { legs: [gaveUp(3, 9), gaveUp(30, 2)] }),
    call(2, { answered_at: at(100), finished_at: at(130) }),
    call(1, { answered_at: at(10), legs: [talked, leg(80, { answered_at: at(90) })] }),
  ];
  expect(totalsOf(calls)).toEqual({
    ...{ calls: 3, answered: 2, abandoned: 2, talkMs: 90_000, first: at(1), last: at(3) },
  });
  expect(totalsOf([])).toMatchObject({ calls: 0, talkMs: 0, first: null, last: null });
});

test("who gave up was called back when somebody next talked to them: the canonical form says to whom", () => {
  const calls = [
    call(5, { their_number: "(11) 98765-4321", answered_at: at(500) }),
    call(4, { their_number: "sip:+5511987654321@203.0.113.7", answered_at: at(400) }),
    // as written it is the same number, and yet the server says that it is another
    call(3, { their_number_canonical: "+351987654321", answered_at: at(300) }),
    call(2, { legs: [gaveUp(100, 60)] }),
    call(1, { answered_at: at(90) }),
  ];
  expect([...findGaveUp(calls, () => 5_000)]).toEqual([
    ["2", { ended_at: at(160), short: false, returned_at: at(400) }],
  ]);
});

test("two callers who hide their number are two persons", () => {
  const hidden = { their_number: "anonymous", their_number_canonical: null };
  const calls = [call(2, { ...hidden, answered_at: at(100) }), call(1, { ...hidden, legs: [gaveUp(0, 60)] })];
  expect(findGaveUp(calls, () => 5_000).get("1")).toMatchObject({ returned_at: null });
});

test("who hung up at once is told apart by the queue's own limit", () => {
  const calls = [call(1, { legs: [gaveUp(0, 8)] })];
  const short = (ms: number) => findGaveUp(calls, () => ms).get("1")?.short;
  expect([short(8_000), short(7_999)]).toEqual([true, false]);
});

const dated = (value: string | null) => value && new Date(value);

test("says of each number what the list of those who gave up says", () => {
  const calls = fc.array(
    fc.record({ gave: fc.nat(20), wait: fc.nat(10), answered: fc.option(fc.nat(30)), kind: fc.nat(2) }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(calls, (all) => {
      const made = all.map(({ gave, wait, answered, kind }, id) =>
        call(id, {
          their_number_canonical: ["+5511987654321", "+5511900000000", null][kind]!,
          answered_at: answered === null ? null : at(answered),
          legs: answered === null ? [gaveUp(gave, wait)] : [],
        }),
      );
      const listed = listAbandoned(
        made.map((each) => ({
          ...each,
          answered_at: dated(each.answered_at) as Date | null,
          legs: each.legs.map((one) => ({
            ...{ queue: one.queue, agent: null, answered_at: null, talked_until: null },
            ...{ entered_at: new Date(one.entered_at), ended_at: new Date(one.ended_at!) },
            outcome: "ABANDONED" as const,
          })),
        })),
        {
          window: { from: new Date(0), to: new Date(8.64e15) },
          promiseOf: () => ({ serviceLevelMs: 20_000, shortAbandonMs: 5_000 }),
        },
      );
      const found = findGaveUp(made, () => 5_000);
      expect(found.size).toBe(listed.length);
      for (const { aggregate_id, ended_at, short, returned_at } of listed)
        expect(found.get(aggregate_id)).toEqual({
          ...{ ended_at: ended_at.toISOString(), short, returned_at: returned_at?.toISOString() ?? null },
        });
    }),
  );
});
