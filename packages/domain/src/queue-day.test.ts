import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../test/support/long.ts";
import type { Leg } from "./legs.ts";
import { countQueueDay, SLICE_MS } from "./queue-day.ts";
import { type CountedCall, countQueues, type QueuePromise } from "./queue-numbers.ts";
import { startOfDay } from "./zone.ts";

const MINUTE_MS = 60_000;
const midnight = Date.UTC(2026, 10, 25, 3);
const at = (minutes: number) => new Date(midnight + minutes * MINUTE_MS);
const ever = new Date(8.64e15);
const promise: QueuePromise = { serviceLevelMs: 20_000, shortAbandonMs: 5_000 };
const until = (now: Date) => ({ window: { from: at(0), to: ever }, now, promiseOf: () => promise });

const leg = (from: Date, given: Partial<Leg> = {}): Leg => ({
  queue: "900",
  entered_at: from,
  answered_at: null,
  agent: null,
  talked_until: null,
  ended_at: null,
  outcome: null,
  ...given,
});
/** Waited `waitS` and talked until `end`. */
const answered = (from: Date, waitS: number, end: Date, queue: string | null = "900") =>
  leg(from, {
    queue,
    answered_at: new Date(from.getTime() + waitS * 1_000),
    talked_until: end,
    ended_at: end,
    outcome: "ANSWERED",
  });
const call = (...legs: Leg[]): CountedCall => ({ state: "FINISHED", updated_at: at(0), legs });

describe("the slices of a day", () => {
  test("go from midnight to the one that has just begun, a quarter of an hour each", () => {
    const begins = (now: Date) => countQueueDay([], until(now)).map(({ from }) => from);
    expect(begins(at(0))).toEqual([at(0)]);
    expect(begins(new Date(at(15).getTime() - 1))).toEqual([at(0)]);
    expect(begins(at(15))).toEqual([at(0), at(15)]);
    expect(begins(at(1_439))).toHaveLength(96);
  });

  test("a leg is offered in the slice it was opened in, and all else is of the slice it ended in", () => {
    const slices = countQueueDay([call(answered(at(14), 10, at(16)))], until(at(40)));
    expect(slices.map(({ offered, answered }) => [offered, answered])).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
    expect(slices[1]).toMatchObject({ service_level: 1, mean_wait_ms: 10_000, mean_talk_ms: 110_000 });
    expect(slices[0]).toMatchObject({ service_level: null, mean_wait_ms: null, p90_wait_ms: null });
  });

  test("what happens at the very end of a slice is of the next one, and before midnight of none", () => {
    const calls = [call(leg(at(15))), call(leg(new Date(at(0).getTime() - 1)))];
    expect(countQueueDay(calls, until(at(20))).map(({ offered }) => offered)).toEqual([0, 1]);
  });

  test("what a vendor's clock stamps ahead of now is of the slice that goes on, as it is of today", () => {
    expect(countQueueDay([call(leg(at(90)))], until(at(20))).map(({ offered }) => offered)).toEqual([0, 1]);
  });

  test("are of one queue where one is asked for, the queueless one too", () => {
    const calls = [call(leg(at(1)), leg(at(2), { queue: "901" }), leg(at(3), { queue: null }))];
    const offered = (queue?: string | null) =>
      countQueueDay(calls, { ...until(at(5)), ...(queue === undefined ? {} : { queue }) })[0]!.offered;
    expect([offered(), offered("901"), offered(null), offered("777")]).toEqual([3, 1, 1, 0]);
  });

  test.each([
    ["America/Sao_Paulo", "2018-11-05T01:59:00Z", 23],
    ["America/Sao_Paulo", "2019-02-17T02:59:00Z", 25],
    ["Europe/Berlin", "2026-03-29T21:59:00Z", 23],
    ["Europe/Berlin", "2026-10-25T22:59:00Z", 25],
    ["Asia/Kathmandu", "2026-11-25T18:14:00Z", 24],
  ])("in %s the day that ends after %s has %s hours of them", (zone, last, hours) => {
    const now = new Date(last);
    const from = startOfDay(now, zone);
    const slices = countQueueDay([], { ...until(now), window: { from, to: ever } });
    expect(slices).toHaveLength(hours * 4);
    const clock = new Intl.DateTimeFormat("en", { timeZone: zone, minute: "numeric" });
    for (const slice of slices) expect(Number(clock.format(slice.from)) % 15).toBe(0);
  });
});

const COUNTS = ["offered", "answered", "abandoned", "short", "overflowed"] as const;

const legs = fc
  .record({
    from: fc.integer({ min: -60, max: 26 * 60 }),
    waitS: fc.integer({ min: -2, max: 1_200 }),
    talk: fc.integer({ min: 0, max: 180 }),
    kind: fc.constantFrom("ANSWERED", "ABANDONED", "OVERFLOWED", null),
    queue: fc.constantFrom("900", "901", null),
    edge: fc.boolean(),
  })
  .map(({ from, waitS, talk, kind, queue, edge }) => {
    const entered = edge ? at(Math.floor(from / 15) * 15) : at(from);
    if (kind === null) return leg(entered, { queue });
    const ended = new Date(entered.getTime() + waitS * 1_000);
    if (kind !== "ANSWERED") return leg(entered, { queue, ended_at: ended, outcome: kind });
    return answered(entered, waitS, new Date(ended.getTime() + talk * MINUTE_MS), queue);
  });

test("whatever the legs and the time, the slices add up to the numbers of the whole day, of all queues and of each", () => {
  const now = fc.integer({ min: 0, max: 25 * 60 - 1 }).map(at);
  fc.assert(
    fc.property(fc.array(fc.array(legs, { maxLength: 3 }), { maxLength: 30 }), now, (all, moment) => {
      const asked = until(moment);
      const calls = all.map((each) => call(...each));
      const whole = countQueues(calls, asked);
      const numbers = [[undefined, whole.total] as const, ...whole.queues];
      for (const [queue, day] of numbers) {
        const slices = countQueueDay(calls, { ...asked, ...(queue === undefined ? {} : { queue }) });
        const added = COUNTS.map((name) => slices.reduce((sum, slice) => sum + slice[name], 0));
        expect(added).toEqual(COUNTS.map((name) => day[name]));
        expect(slices.at(-1)!.from.getTime()).toBeGreaterThan(moment.getTime() - SLICE_MS);
      }
    }),
    { numRuns: runs(100) },
  );
});

test("each slice is what countQueues says of its time", () => {
  fc.assert(
    fc.property(fc.array(legs, { maxLength: 40 }), (all) => {
      const asked = until(at(25 * 60));
      const calls = all.map((each) => call(each));
      const slices = countQueueDay(calls, asked);
      for (const [n, { from, ...numbers }] of slices.entries()) {
        const window = { from, to: slices[n + 1]?.from ?? ever };
        expect(countQueues(calls, { ...asked, window }).total).toMatchObject(numbers);
      }
    }),
    { numRuns: runs(20) },
  );
});
