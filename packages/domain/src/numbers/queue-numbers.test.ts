import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { sampleCounted, sampleVisit } from "../../testing/counted.ts";
import { isPresumedLost, PRESUMED_LOST_MS } from "../call/presumed-lost.ts";
import type { Visit } from "../call/visits.ts";
import { type CountedCall, countQueues, countStates, type QueuePromise } from "./queue-numbers.ts";

const start = Date.UTC(2026, 10, 25, 12);
const at = (seconds: number) => new Date(start + seconds * 1_000);
const window = { from: at(0), to: at(1_800) };
const promise: QueuePromise = { serviceLevelMs: 20_000, shortAbandonMs: 5_000 };
const asked = { window, now: at(1_800), promiseOf: () => promise };

const visitOf = (from: number, given: Partial<Visit> = {}): Visit =>
  sampleVisit({ entered_at: at(from), ...given });
const answered = (from: number, wait: number, talk = 60) =>
  visitOf(from, {
    answered_at: at(from + wait),
    talked_until: at(from + wait + talk),
    ended_at: at(from + wait + talk + 1),
    outcome: "ANSWERED",
  });
const unanswered = (from: number, wait: number, outcome: "ABANDONED" | "OVERFLOWED" = "ABANDONED") =>
  visitOf(from, { ended_at: at(from + wait), outcome });
const call = (...visits: Visit[]): CountedCall =>
  sampleCounted({ state: "WAITING", updated_at: at(1_799), legs: visits });

describe("the numbers of a queue", () => {
  test("include the callers who wait and the beginning of the longest wait", () => {
    const talking = visitOf(5, { answered_at: at(9) });
    const { total } = countQueues([call(visitOf(100)), call(visitOf(40)), call(talking)], asked);
    expect(total).toMatchObject({ waiting: 2, waiting_since: at(40), offered: 3, answered: 1 });
  });

  test("count the visits that were answered or ended in the window by their outcome", () => {
    const visits = [answered(10, 5), unanswered(20, 30), unanswered(30, 5), unanswered(40, 9, "OVERFLOWED")];
    const { total } = countQueues([call(...visits)], asked);
    expect(total).toMatchObject({ offered: 4, answered: 1, abandoned: 2, short: 1, overflowed: 1 });
  });

  test("count an answer at its time, and a talk and an abandon at their ends", () => {
    const numbers = (visit: Visit) => countQueues([call(visit)], asked).total;
    expect(numbers(answered(-100, 5, 10))).toMatchObject({ offered: 0, answered: 0, mean_talk_ms: null });
    expect(numbers(answered(-10, 5, 60))).toMatchObject({ offered: 0, answered: 0, mean_talk_ms: 60_000 });
    expect(numbers(answered(-10, 10, 60))).toMatchObject({ offered: 0, answered: 1, mean_wait_ms: 10_000 });
    expect(numbers(answered(1_790, 5, 60))).toMatchObject({ offered: 1, answered: 1, mean_talk_ms: null });
    expect(numbers(answered(1_790, 10))).toMatchObject({ offered: 1, answered: 0 });
    expect(numbers(unanswered(1_700, 100))).toMatchObject({ offered: 1, abandoned: 0 });
    expect(numbers(unanswered(1_800, 1))).toMatchObject({ offered: 0, abandoned: 0 });
    expect(numbers(unanswered(-60, 60))).toMatchObject({ offered: 0, abandoned: 1 });
  });

  test("count a visit as answered even while it is open", () => {
    const talking = visitOf(5, { answered_at: at(9) });
    expect(countQueues([call(talking)], asked).total).toMatchObject({
      answered: 1,
      mean_wait_ms: 4_000,
      mean_talk_ms: null,
      service_level: 1,
    });
  });

  test("count a visit with an unknown wait as answered or abandoned, but not in the waits, and never as short", () => {
    const unknown = { wait_known: false };
    const { total } = countQueues(
      [call({ ...answered(10, 0), ...unknown }), call({ ...unanswered(20, 0), ...unknown })],
      asked,
    );
    expect(total).toMatchObject({
      offered: 2,
      answered: 1,
      abandoned: 1,
      short: 0,
      mean_wait_ms: null,
      p90_wait_ms: null,
      service_level: 0,
    });
  });

  test.each(["outbound", "internal"] as const)("leave out the visits of %s calls", (counted_as) => {
    const calls = [visitOf(100), answered(0, 5), unanswered(0, 50)].map((visit) => ({
      ...call(visit),
      counted_as,
    }));
    expect(countQueues(calls, asked).total).toMatchObject({
      waiting: 0,
      waiting_since: null,
      offered: 0,
      answered: 0,
      abandoned: 0,
      service_level: null,
      mean_talk_ms: null,
    });
    expect(countStates(calls, asked.now)).toMatchObject({ WAITING: 0 });
  });

  test("include the service level: the share answered in time, of all answered and abandoned visits without the short ones", () => {
    const visits = [
      answered(0, 20),
      answered(0, 21),
      unanswered(0, 60),
      unanswered(0, 5),
      unanswered(0, 9, "OVERFLOWED"),
    ];
    expect(countQueues([call(...visits)], asked).total.service_level).toBeCloseTo(1 / 3);
  });

  test("are null if there is nothing to count", () => {
    const none = { service_level: null, mean_wait_ms: null, p90_wait_ms: null, mean_talk_ms: null };
    expect(countQueues([], asked).total).toMatchObject(none);
    expect(countQueues([call(unanswered(0, 2))], asked).total).toMatchObject({ ...none, short: 1 });
  });

  test("include the mean and the 90th percentile of the answered waits, and the mean of the talks", () => {
    const visits = Array.from({ length: 10 }, (_, n) => answered(0, n + 1, 10 * (n + 1)));
    const { total } = countQueues([call(...visits, unanswered(0, 900))], asked);
    expect(total).toMatchObject({ mean_wait_ms: 5_500, p90_wait_ms: 9_000, mean_talk_ms: 55_000 });
  });

  test("count an answer that is stamped before its wait as a wait of 0, not as a negative one", () => {
    expect(countQueues([call(answered(10, -1))], asked).total).toMatchObject({
      mean_wait_ms: 0,
      service_level: 1,
    });
  });

  test("use the promise of each queue, and the promises of all queues for the total", () => {
    const promiseOf = (queue: string | null) => ({
      ...promise,
      serviceLevelMs: queue === "901" ? 60_000 : 20_000,
    });
    const visits = [
      answered(0, 30),
      { ...answered(0, 30), queue: "901" },
      { ...answered(0, 70), queue: null },
    ];
    const { total, queues } = countQueues([call(...visits)], { ...asked, promiseOf });
    const levels = [...queues].map(([queue, { service_level }]) => [queue, service_level]);
    expect(levels).toEqual([
      ["900", 0],
      ["901", 1],
      [null, 0],
    ]);
    expect(total.service_level).toBeCloseTo(1 / 3);
  });

  test("do not include a caller of a call without an event for four hours", () => {
    const silent = { ...call(visitOf(0)), updated_at: new Date(asked.now.getTime() - PRESUMED_LOST_MS) };
    expect(isPresumedLost(silent, asked.now)).toBe(true);
    expect(isPresumedLost({ ...silent, state: "FINISHED" }, asked.now)).toBe(false);
    expect(countStates([silent, call(), { ...silent, state: "FINISHED" }], asked.now)).toEqual({
      NEW: 0,
      STANDBY: 0,
      WAITING: 1,
      ONGOING: 0,
      FINISHED: 1,
    });
    expect(countQueues([silent], asked).total).toMatchObject({ waiting: 0, waiting_since: null, offered: 1 });
  });

  test("add up to the total for random visits in any order, and every number is within its bounds", () => {
    const random = fc
      .record({
        from: fc.integer({ min: -600, max: 1_900 }),
        wait: fc.integer({ min: -2, max: 100 }),
        kind: fc.constantFrom("answered", "abandoned", "overflowed", "open"),
        queue: fc.constantFrom("900", "901", null),
      })
      .map(({ from, wait, kind, queue }) => {
        if (kind === "open") return { ...visitOf(from), queue };
        const outcome = kind === "abandoned" ? "ABANDONED" : "OVERFLOWED";
        return { ...(kind === "answered" ? answered(from, wait) : unanswered(from, wait, outcome)), queue };
      });
    fc.assert(
      fc.property(fc.array(random, { maxLength: 40 }), (visits) => {
        const calls = visits.map((one) => call(one));
        const { total, queues } = countQueues(calls, asked);
        const again = countQueues(calls.toReversed(), asked);
        expect(again.total).toEqual(total);
        for (const name of ["waiting", "offered", "answered", "abandoned", "short", "overflowed"] as const)
          expect([...queues.values()].reduce((all, numbers) => all + numbers[name], 0)).toBe(total[name]);
        expect(total.short).toBeLessThanOrEqual(total.abandoned);
        for (const { service_level, mean_wait_ms, p90_wait_ms } of [total, ...queues.values()]) {
          expect(service_level ?? 0).toBeGreaterThanOrEqual(0);
          expect(service_level ?? 0).toBeLessThanOrEqual(1);
          expect(Math.min(mean_wait_ms ?? 0, p90_wait_ms ?? 0)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: runs(100) },
    );
  });
});
