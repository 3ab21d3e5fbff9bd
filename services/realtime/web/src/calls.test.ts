import { expect, test } from "@jest/globals";
import { ageOf, applyChange, applyErasure, type Call, replaceAll, rowsOf } from "./calls.ts";

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
  queue: null,
  actor: null,
  answered_at: null,
  finished_at: null,
  ...given,
});

test("a changed call is replaced, a new one enters, and one that left the filter goes", () => {
  const calls = replaceAll([call({ state: "WAITING" })]);
  const two = applyChange(calls, call({ aggregate_id: "two", id: 2, state: "WAITING" }), "WAITING");
  expect(rowsOf(two).map(({ aggregate_id }) => aggregate_id)).toEqual(["two", "one"]);
  const left = applyChange(two, call({ version: 2, state: "ONGOING" }), "WAITING");
  expect(rowsOf(left).map(({ aggregate_id }) => aggregate_id)).toEqual(["two"]);
});

test("an older version changes nothing", () => {
  const calls = replaceAll([call({ version: 5, state: "ONGOING" })]);
  expect(applyChange(calls, call({ version: 4 }), null)).toBe(calls);
});

test("an erased call goes", () => {
  expect(applyErasure(replaceAll([call({})]), "one").size).toBe(0);
});

test("a call's age grows until it is finished, and is never negative", () => {
  const now = Date.parse("2026-01-01T00:01:00.000Z");
  expect(ageOf(call({}), now)).toBe(60_000);
  expect(ageOf(call({ state: "FINISHED", finished_at: "2026-01-01T00:00:10.000Z" }), now)).toBe(10_000);
  expect(ageOf(call({}), 0)).toBe(0);
});
