import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../test/support/long.ts";
import type { Leg } from "./legs.ts";
import {
  type CountedCall,
  countQueues,
  countStates,
  isPresumedLost,
  PRESUMED_LOST_MS,
  type QueuePromise,
} from "./queue-numbers.ts";

const start = Date.UTC(2026, 10, 25, 12);
const at = (seconds: number) => new Date(start + seconds * 1_000);
const window = { from: at(0), to: at(1_800) };
const promise: QueuePromise = { serviceLevelMs: 20_000, shortAbandonMs: 5_000 };
const asked = { window, now: at(1_800), promiseOf: () => promise };

const leg = (from: number, given: Partial<Leg> = {}): Leg => ({
  queue: "900",
  entered_at: at(from),
  answered_at: null,
  agent: null,
  talked_until: null,
  ended_at: null,
  outcome: null,
  ...given,
});
const answered = (from: number, wait: number, talk = 60) =>
  leg(from, {
    answered_at: at(from + wait),
    talked_until: at(from + wait + talk),
    ended_at: at(from + wait + talk + 1),
    outcome: "ANSWERED",
  });
const unanswered = (from: number, wait: number, outcome: "ABANDONED" | "OVERFLOWED" = "ABANDONED") =>
  leg(from, { ended_at: at(from + wait), outcome });
const call = (...legs: Leg[]): CountedCall => ({ state: "WAITING", updated_at: at(1_799), legs });

describe("the numbers of a queue", () => {
  test("say who waits and since when", () => {
    const talking = leg(5, { answered_at: at(9) });
    const { total } = countQueues([call(leg(100)), call(leg(40)), call(talking)], asked);
    expect(total).toMatchObject({ waiting: 2, waiting_since: at(40), offered: 3, answered: 0 });
  });

  test("count what ended in the window by how it ended", () => {
    const legs = [answered(10, 5), unanswered(20, 30), unanswered(30, 5), unanswered(40, 9, "OVERFLOWED")];
    const { total } = countQueues([call(...legs)], asked);
    expect(total).toMatchObject({ offered: 4, answered: 1, abandoned: 2, short: 1, overflowed: 1 });
  });

  test("leave out what ended before the window, at its end or later, and what was opened before it", () => {
    const legs = [answered(-100, 5, 10), answered(-10, 5, 60), unanswered(1_700, 100), unanswered(1_800, 1)];
    const { total } = countQueues([call(...legs)], asked);
    expect(total).toMatchObject({ offered: 1, answered: 1, abandoned: 0 });
  });

  test("service level: answered within the promise, of answered and abandoned without the short ones", () => {
    const legs = [
      answered(0, 20),
      answered(0, 21),
      unanswered(0, 60),
      unanswered(0, 5),
      unanswered(0, 9, "OVERFLOWED"),
    ];
    expect(countQueues([call(...legs)], asked).total.service_level).toBeCloseTo(1 / 3);
  });

  test("are unknown where nothing ended", () => {
    const none = { service_level: null, mean_wait_ms: null, p90_wait_ms: null, mean_talk_ms: null };
    expect(countQueues([], asked).total).toMatchObject(none);
    expect(countQueues([call(unanswered(0, 2))], asked).total).toMatchObject({ ...none, short: 1 });
  });

  test("the waits: mean and 90th percentile of those answered, and the mean of their talks", () => {
    const legs = Array.from({ length: 10 }, (_, n) => answered(0, n + 1, 10 * (n + 1)));
    const { total } = countQueues([call(...legs, unanswered(0, 900))], asked);
    expect(total).toMatchObject({ mean_wait_ms: 5_500, p90_wait_ms: 9_000, mean_talk_ms: 55_000 });
  });

  test("an answer stamped before its wait was no wait, not a negative one", () => {
    expect(countQueues([call(answered(10, -1))], asked).total).toMatchObject({
      mean_wait_ms: 0,
      service_level: 1,
    });
  });

  test("each queue is judged by its own promise, and the total by all of them", () => {
    const promiseOf = (queue: string | null) => ({
      ...promise,
      serviceLevelMs: queue === "901" ? 60_000 : 20_000,
    });
    const legs = [answered(0, 30), { ...answered(0, 30), queue: "901" }, { ...answered(0, 70), queue: null }];
    const { total, queues } = countQueues([call(...legs)], { ...asked, promiseOf });
    const levels = [...queues].map(([queue, { service_level }]) => [queue, service_level]);
    expect(levels).toEqual([
      ["900", 0],
      ["901", 1],
      [null, 0],
    ]);
    expect(total.service_level).toBeCloseTo(1 / 3);
  });

  test("nobody waits in a call that was silent for four hours", () => {
    const silent = { ...call(leg(0)), updated_at: new Date(asked.now.getTime() - PRESUMED_LOST_MS) };
    expect(isPresumedLost(silent, asked.now)).toBe(true);
    expect(isPresumedLost({ ...silent, state: "FINISHED" }, asked.now)).toBe(false);
    expect(countStates([silent, call(), { ...silent, state: "FINISHED" }], asked.now)).toEqual({
      ...{ NEW: 0, STANDBY: 0, WAITING: 1, ONGOING: 0, FINISHED: 1 },
    });
    expect(countQueues([silent], asked).total).toMatchObject({ waiting: 0, waiting_since: null, offered: 1 });
  });

  test("whatever the legs and their order, queues add up to the total and no number is out of its bounds", () => {
    const random = fc
      .record({
        from: fc.integer({ min: -600, max: 1_900 }),
        wait: fc.integer({ min: -2, max: 100 }),
        kind: fc.constantFrom("answered", "abandoned", "overflowed", "open"),
        queue: fc.constantFrom("900", "901", null),
      })
      .map(({ from, wait, kind, queue }) => {
        if (kind === "open") return { ...leg(from), queue };
        const outcome = kind === "abandoned" ? "ABANDONED" : "OVERFLOWED";
        return { ...(kind === "answered" ? answered(from, wait) : unanswered(from, wait, outcome)), queue };
      });
    fc.assert(
      fc.property(fc.array(random, { maxLength: 40 }), (legs) => {
        const calls = legs.map((one) => call(one));
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
      { numRuns: runs(200) },
    );
  });
});
