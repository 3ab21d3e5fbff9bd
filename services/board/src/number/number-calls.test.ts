import { expect, test } from "@jest/globals";
import type { Call, Visit } from "@teravoz/protocol/client";
import { sampleCall, sampleVisit } from "../../testing/sample-call.ts";
import { findGaveUp, totalsOf } from "./number-calls.ts";

const beganAt = Date.UTC(2026, 10, 25, 12);
const at = (seconds: number) => new Date(beganAt + seconds * 1_000).toISOString();
const visit = (from: number, given: Partial<Visit> = {}): Visit =>
  sampleVisit({ entered_at: at(from), ...given });
const call = (id: number, given: Partial<Call> = {}): Call =>
  sampleCall({
    id,
    aggregate_id: String(id),
    state: "FINISHED",
    began_at: at(id),
    created_at: at(9_999),
    their_number: "5511987654321",
    their_number_canonical: "+5511987654321",
    ...given,
  });
const gaveUp = (from: number, waitS: number): Visit =>
  visit(from, { ended_at: at(from + waitS), outcome: "ABANDONED" });
const answered = (from: number, to: number): Visit =>
  visit(from, { answered_at: at(from), talked_until: at(to), ended_at: at(to), outcome: "ANSWERED" });
const talk = (from: number, to: number | null) => ({
  agent: "ana",
  extension: null,
  entered_at: at(from),
  ended_at: to === null ? null : at(to),
});

/** The abandons that the page shows, by call_id, with times as text. */
function gaveUpIn(calls: readonly Call[], shortAbandonMs = 5_000) {
  const found = findGaveUp(calls, () => ({ serviceLevelMs: 20_000, shortAbandonMs }));
  const said = [...found].map(([id, { ended_at, short, returned_at }]) => {
    const returned = returned_at?.toISOString() ?? null;
    return [id, { ended_at: ended_at.toISOString(), short, returned_at: returned }] as const;
  });
  return new Map(said);
}

test("the totals of a number are those of its calls", () => {
  const calls = [
    call(3, { visits: [gaveUp(3, 9), gaveUp(30, 2)] }),
    call(2, { talks: [talk(100, 120)], answered_at: at(100), finished_at: at(130) }),
    call(1, { visits: [answered(10, 70), visit(80, { answered_at: at(90) })] }),
  ];
  expect(totalsOf(calls)).toEqual({
    calls: 3,
    answered: 2,
    abandoned: 2,
    talkMs: 80_000,
    first: at(1),
    last: at(3),
  });
  expect(totalsOf([])).toMatchObject({ calls: 0, talkMs: 0, first: null, last: null });
});

test("the talk of an outbound call begins with its first call.ongoing, and a customer who hangs up in a queue is not an abandon", () => {
  const outbound = { counted_as: "outbound" as const };
  const calls = [
    call(1, { ...outbound, connected_at: at(10), talks: [talk(12, 40)], finished_at: at(50) }),
    call(2, { ...outbound, connected_at: at(10), finished_at: at(30) }),
    call(3, { ...outbound, connected_at: at(10), talks: [talk(12, null)] }),
    call(4, { ...outbound, visits: [gaveUp(10, 5)], finished_at: at(15) }),
  ];
  expect(totalsOf(calls)).toMatchObject({ calls: 4, answered: 3, abandoned: 0, talkMs: 50_000 });
  expect(gaveUpIn(calls).size).toBe(0);
});

test("internal calls and voicemails do not count as talks with a person", () => {
  const calls = [
    call(1, { counted_as: "internal", connected_at: at(1), talks: [talk(1, 9)], finished_at: at(9) }),
    call(2, { connected_at: at(1), answered_at: at(1), finished_at: at(9) }),
  ];
  expect(totalsOf(calls)).toMatchObject({ answered: 0, talkMs: 0 });
});

test("the next answer, agent or outbound call of the same canonical number counts as a talk after an abandon", () => {
  const calls = [
    call(6, { their_number: "(11) 98765-4321", counted_as: "outbound", connected_at: at(500) }),
    call(5, { their_number: "sip:+5511987654321@203.0.113.7", visits: [answered(400, 410)] }),
    // spelt the same, but the server says that it is another number
    call(4, { their_number_canonical: "+351987654321", visits: [answered(300, 310)] }),
    call(3, { visits: [gaveUp(100, 60)] }),
    call(2, { talks: [talk(90, 95)] }),
  ];
  expect([...gaveUpIn(calls)]).toEqual([["3", { ended_at: at(160), short: false, returned_at: at(400) }]]);
});

test("two callers with hidden numbers are two people, and only their own call can contain a later talk", () => {
  const hidden = { their_number: "anonymous", their_number_canonical: null };
  const calls = [
    call(2, { ...hidden, visits: [gaveUp(0, 60), answered(100, 110)] }),
    call(1, { ...hidden, visits: [gaveUp(0, 60)] }),
  ];
  const found = gaveUpIn(calls);
  expect(["1", "2"].map((id) => found.get(id)!.returned_at)).toEqual([null, at(100)]);
});

test("a wait is short if it is within the queue's own limit, and an unknown wait is never short", () => {
  const short = (limitMs: number, given: Partial<Visit> = {}) =>
    gaveUpIn([call(1, { visits: [{ ...gaveUp(0, 8), ...given }] })], limitMs).get("1")?.short;
  expect([short(8_000), short(7_999), short(8_000, { wait_known: false })]).toEqual([true, false, false]);
});

test("the last of several abandons in one call counts", () => {
  const visits = [gaveUp(0, 60), answered(100, 110), gaveUp(120, 30)];
  expect([...gaveUpIn([call(2, { visits }), call(1, { visits: [gaveUp(0, 2)] })])]).toEqual([
    ["1", { ended_at: at(2), short: true, returned_at: at(100) }],
    ["2", { ended_at: at(150), short: false, returned_at: null }],
  ]);
});
