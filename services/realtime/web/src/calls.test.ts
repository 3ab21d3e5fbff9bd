import { expect, test } from "@jest/globals";
import { ageOf, applyChanges, type Call, replaceAll, waitersOf } from "./calls.ts";

const call = (given: Partial<Call>): Call => ({
  id: 1,
  version: 1,
  aggregate_id: "one",
  state: "NEW",
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
  direction: null,
  our_number: null,
  their_number: null,
  our_number_canonical: null,
  our_number_display: null,
  their_number_canonical: null,
  their_number_display: null,
  queue: null,
  actor: null,
  code: null,
  abandoned: false,
  events: 1,
  recording_url: null,
  legs: [],
  answered_at: null,
  finished_at: null,
  ...given,
});

const changes = (changed: Call[], erased: string[] = []) => ({ changed, erased });

test("a changed call is replaced, a new one enters, and one that left the filter goes", () => {
  const calls = replaceAll([call({ state: "WAITING" })]);
  const two = applyChanges(
    calls,
    changes([call({ aggregate_id: "two", id: 2, state: "WAITING" })]),
    "WAITING",
  );
  expect([...two.keys()]).toEqual(["one", "two"]);
  const left = applyChanges(two, changes([call({ version: 2, state: "ONGOING" })]), "WAITING");
  expect([...left.keys()]).toEqual(["two"]);
  expect([...calls.keys()]).toEqual(["one"]);
});

test("an older version changes nothing", () => {
  const calls = replaceAll([call({ version: 5, state: "WAITING" })]);
  expect(applyChanges(calls, changes([call({ version: 4, state: "ONGOING" })]), "WAITING")).toEqual(calls);
});

test("an erased call goes", () => {
  expect(applyChanges(replaceAll([call({})]), changes([], ["one"]), "NEW").size).toBe(0);
});

test("a call's age grows until it is finished, and is never negative", () => {
  const now = Date.parse("2026-01-01T00:01:00.000Z");
  expect(ageOf(call({}), now)).toBe(60_000);
  expect(ageOf(call({ state: "FINISHED", finished_at: "2026-01-01T00:00:10.000Z" }), now)).toBe(10_000);
  expect(ageOf(call({}), 0)).toBe(0);
});

test("who waits is listed by how long, and who was answered or gave up is not", () => {
  const leg = (entered_at: string, ended_at: string | null = null, answered_at: string | null = null) => ({
    ...{ queue: "900", entered_at, answered_at, talked_until: null, ended_at, outcome: null },
  });
  const calls = replaceAll([
    call({
      aggregate_id: "short",
      legs: [leg("2026-01-01T10:00:00Z", "2026-01-01T10:00:10Z"), leg("2026-01-01T10:00:10Z")],
    }),
    call({ aggregate_id: "long", legs: [leg("2026-01-01T09:00:00Z")] }),
    call({ aggregate_id: "talks", legs: [leg("2026-01-01T08:00:00Z", null, "2026-01-01T08:00:05Z")] }),
    call({ aggregate_id: "gone", legs: [leg("2026-01-01T08:00:00Z", "2026-01-01T08:00:05Z")] }),
  ]);
  const names = (now: string) => waitersOf(calls, Date.parse(now)).map((waiter) => waiter.call.aggregate_id);
  expect(names("2026-01-01T03:59:59Z")).toEqual(["long", "short"]);
  expect(names("2026-01-01T04:00:00Z")).toEqual([]);
});
