import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { at } from "../../testing/calls.ts";
import { randomCalls } from "../../testing/random-calls.ts";
import { foldCall } from "../call/call.ts";
import type { FoldedCall } from "../call/folded-call.ts";
import { isPresumedLost } from "../call/presumed-lost.ts";
import { openVisitOf } from "../call/visits.ts";
import { listAbandoned, talkedToAt } from "../numbers/abandoned.ts";
import { listWaiting } from "../numbers/waiting-callers.ts";
import { isInWindow } from "../search/call-window.ts";
import { dateOf, msOf, type Timed } from "./moment.ts";

test("msOf gives the same moment for a Date and for its text", () => {
  const text = "2026-11-24T13:42:07.123Z";
  expect([msOf(text), msOf(new Date(text))]).toEqual([Date.parse(text), Date.parse(text)]);
  expect([dateOf(text), dateOf(new Date(text))]).toEqual([new Date(text), new Date(text)]);
});

test("the rules that pages share give the same results for calls in their JSON form", () => {
  const said = (calls: readonly Timed<FoldedCall>[], seconds: number) => {
    const now = at(seconds);
    const window = { from: at(0), to: now };
    const promiseOf = () => ({ serviceLevelMs: 20_000, shortAbandonMs: 5_000 });
    return {
      lost: calls.map((call) => isPresumedLost(call, now)),
      within: calls.map((call) => isInWindow(call, { since: window.from, until: now }, "began_at")),
      open: calls.map(({ legs }) => openVisitOf(legs)),
      waiting: listWaiting(calls, now),
      talked: calls.map(talkedToAt),
      abandoned: listAbandoned(calls, { window, promiseOf }),
    };
  };
  fc.assert(
    fc.property(randomCalls, fc.integer({ min: 0, max: 20_000 }), (events, seconds) => {
      const calls = events.map((each) => foldCall(each)!);
      const sent: Timed<FoldedCall>[] = JSON.parse(JSON.stringify(calls));
      expect(JSON.stringify(said(sent, seconds))).toBe(JSON.stringify(said(calls, seconds)));
    }),
    { numRuns: runs(50) },
  );
});
