import { expect, test } from "@jest/globals";
import { listAbandoned } from "@teravoz/domain";
import fc from "fast-check";
import type { Call, Leg } from "./calls.ts";
import { findGaveUp, mergeFound, totalsOf } from "./number-calls.ts";

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
  ...{ legs: [], answered_at: null, finished_at: null },
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

test("who gave up was called back when somebody next talked to them, with or without the country's code", () => {
  const calls = [
    call(5, { their_number: "+5511987654321", answered_at: at(500) }),
    call(4, { their_number: "11987654321", answered_at: at(400) }),
    call(3, { their_number: "5511900000000", answered_at: at(300) }),
    call(2, { legs: [gaveUp(100, 60)] }),
    call(1, { answered_at: at(90) }),
  ];
  expect([...findGaveUp(calls, () => 5_000)]).toEqual([
    ["2", { ended_at: at(160), short: false, returned_at: at(400) }],
  ]);
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
          their_number: ["5511987654321", "+5511987654321", "11987654321"][kind]!,
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

test("pages of several questions are one list without a gap: each call once, newest first, as far back as all go", () => {
  const random = fc.array(fc.record({ id: fc.nat(60), question: fc.nat(2), also: fc.boolean() }));
  fc.assert(
    fc.property(random, fc.integer({ min: 1, max: 10 }), (given, size) => {
      const questions = [0, 1, 2].map((n) => {
        const mine = given.filter(({ question, also }) => question === n || (also && n === 0));
        return [...new Set(mine.map(({ id }) => id))].sort((one, other) => other - one);
      });
      const all = [...new Set(questions.flat())].sort((one, other) => other - one);
      const pages = questions.map((ids) => ({
        calls: ids.slice(0, size).map((id) => call(id)),
        more: ids.length > size,
      }));
      const { calls, more } = mergeFound(pages);
      const ids = calls.map(({ id }) => id);
      expect(ids).toEqual(all.slice(0, ids.length));
      expect(more).toBe(pages.some((each) => each.more));
      expect(ids.length).toBeGreaterThanOrEqual(more ? size : all.length);
    }),
  );
});
