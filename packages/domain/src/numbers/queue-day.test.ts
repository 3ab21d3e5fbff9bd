import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { sampleCounted, sampleVisit } from "../../testing/counted.ts";
import type { Visit } from "../call/visits.ts";
import { startOfDay } from "../time/zone.ts";
import { countQueueDay, SLICE_MS } from "./queue-day.ts";
import { type CountedCall, countQueues, type QueueNumbers, type QueuePromise } from "./queue-numbers.ts";

const MINUTE_MS = 60_000;
const midnight = Date.UTC(2026, 10, 25, 3);
const at = (minutes: number) => new Date(midnight + minutes * MINUTE_MS);
const ever = new Date(8.64e15);
const promise: QueuePromise = { serviceLevelMs: 20_000, shortAbandonMs: 5_000 };
const until = (now: Date) => ({ window: { from: at(0), to: ever }, now, promiseOf: () => promise });

const visitOf = (from: Date, given: Partial<Visit> = {}): Visit =>
  sampleVisit({ entered_at: from, ...given });
/** A visit that waited for `waitS` and talked until `end`. */
const answered = (from: Date, waitS: number, end: Date, queue: string | null = "900") =>
  visitOf(from, {
    queue,
    answered_at: new Date(from.getTime() + waitS * 1_000),
    talked_until: end,
    ended_at: end,
    outcome: "ANSWERED",
  });
const call = (...visits: Visit[]): CountedCall => sampleCounted({ updated_at: at(0), legs: visits });

describe("the slices of a day", () => {
  test("are quarters of an hour, from midnight to the current one", () => {
    const begins = (now: Date) => countQueueDay([], until(now)).map(({ from }) => from);
    expect(begins(at(0))).toEqual([at(0)]);
    expect(begins(new Date(at(15).getTime() - 1))).toEqual([at(0)]);
    expect(begins(at(15))).toEqual([at(0), at(15)]);
    expect(begins(at(1_439))).toHaveLength(96);
  });

  test("a visit counts as offered, answered and ended in the slice in which each happened", () => {
    const slices = countQueueDay([call(answered(at(14), 90, at(31)))], until(at(40)));
    expect(slices.map(({ offered, answered }) => [offered, answered])).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
    expect(slices[0]).toMatchObject({ service_level: null, mean_wait_ms: null, p90_wait_ms: null });
    expect(slices[1]).toMatchObject({ service_level: 0, mean_wait_ms: 90_000, mean_talk_ms: null });
    expect(slices[2]).toMatchObject({ service_level: null, mean_wait_ms: null, mean_talk_ms: 930_000 });
  });

  test("an abandoned visit counts in the slice in which it ended", () => {
    const visit = visitOf(at(14), { ended_at: at(16), outcome: "ABANDONED" });
    const slices = countQueueDay([call(visit)], until(at(20)));
    expect(slices.map(({ offered, abandoned }) => [offered, abandoned])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test("an outbound call counts as placed, connected, talked and dropped in the slice in which each happened", () => {
    const visit = visitOf(at(31), { ended_at: at(46), outcome: "ABANDONED" });
    const talk = { agent: "ana", extension: null, entered_at: at(16), ended_at: at(31) };
    const slices = countQueueDay(
      [
        {
          ...call(visit),
          counted_as: "outbound",
          began_at: at(1),
          connected_at: at(16),
          talks: [talk],
          finished_at: at(46),
        },
      ],
      until(at(50)),
    );
    const numbers = slices.map(({ outbound: { placed, connected, dropped, mean_talk_ms } }) => [
      placed,
      connected,
      dropped,
      mean_talk_ms,
    ]);
    expect(numbers).toEqual([
      [1, 0, 0, null],
      [0, 1, 0, null],
      [0, 0, 0, 900_000],
      [0, 0, 1, null],
    ]);
  });

  test("an event at the end of a slice counts in the next one, and an event before midnight in none", () => {
    const calls = [call(visitOf(at(15))), call(visitOf(new Date(at(0).getTime() - 1)))];
    expect(countQueueDay(calls, until(at(20))).map(({ offered }) => offered)).toEqual([0, 1]);
  });

  test("an event that a vendor's clock stamps ahead of now counts in the current slice, as it counts today", () => {
    expect(countQueueDay([call(visitOf(at(90)))], until(at(20))).map(({ offered }) => offered)).toEqual([
      0, 1,
    ]);
  });

  test("have the numbers of one queue if it is given, or of the visits without a queue", () => {
    const calls = [call(visitOf(at(1)), visitOf(at(2), { queue: "901" }), visitOf(at(3), { queue: null }))];
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
  ])("in %s, on the day that ends after %s, cover %s hours", (zone, last, hours) => {
    const now = new Date(last);
    const from = startOfDay(now, zone);
    const slices = countQueueDay([], { ...until(now), window: { from, to: ever } });
    expect(slices).toHaveLength(hours * 4);
    const clock = new Intl.DateTimeFormat("en", { timeZone: zone, minute: "numeric" });
    for (const slice of slices) expect(Number(clock.format(slice.from)) % 15).toBe(0);
  });
});

const COUNTS = ["offered", "answered", "abandoned", "short", "overflowed"] as const;

const randomVisit = fc
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
    if (kind === null) return visitOf(entered, { queue });
    const ended = new Date(entered.getTime() + waitS * 1_000);
    if (kind !== "ANSWERED") return visitOf(entered, { queue, ended_at: ended, outcome: kind });
    return answered(entered, waitS, new Date(ended.getTime() + talk * MINUTE_MS), queue);
  });

const KINDS = ["inbound", "inbound", "outbound", "internal"] as const;

/** A call that was connected, and talked on, some minutes after it began. */
const calls = fc
  .record({
    visits: fc.array(randomVisit, { maxLength: 3 }),
    counted_as: fc.constantFrom(...KINDS),
    from: fc.integer({ min: -60, max: 26 * 60 }),
    connected: fc.option(fc.nat(40)),
    talked: fc.option(fc.nat(40)),
  })
  .map(({ visits, counted_as, from, connected, talked }): CountedCall => {
    const connected_at = connected === null ? null : at(from + connected);
    const ended_at = talked === null || connected === null ? null : at(from + connected + talked);
    const talks = connected_at ? [{ agent: "ana", extension: null, entered_at: connected_at, ended_at }] : [];
    return { ...call(...visits), counted_as, began_at: at(from), connected_at, talks };
  });

const countsOf = (numbers: Omit<QueueNumbers, "waiting" | "waiting_since">): number[] => [
  ...COUNTS.map((name) => numbers[name]),
  ...[numbers.outbound, numbers.internal].flatMap(({ placed, connected, dropped }) => [
    placed,
    connected,
    dropped,
  ]),
];

test("the slices add up to the numbers of the day for random visits and times, of all queues and of each one", () => {
  const now = fc.integer({ min: 0, max: 25 * 60 - 1 }).map(at);
  fc.assert(
    fc.property(fc.array(calls, { maxLength: 30 }), now, (all, moment) => {
      const asked = until(moment);
      const whole = countQueues(all, asked);
      const numbers = [[undefined, whole.total] as const, ...whole.queues];
      for (const [queue, day] of numbers) {
        const slices = countQueueDay(all, { ...asked, ...(queue === undefined ? {} : { queue }) });
        const added = slices.map(countsOf).reduce((sums, each) => sums.map((sum, n) => sum + each[n]!));
        expect(added).toEqual(countsOf(day));
        expect(slices.at(-1)!.from.getTime()).toBeGreaterThan(moment.getTime() - SLICE_MS);
      }
    }),
    { numRuns: runs(50) },
  );
});

test("each slice equals the result of countQueues for its time", () => {
  fc.assert(
    fc.property(fc.array(calls, { maxLength: 40 }), (all) => {
      const asked = until(at(25 * 60));
      const slices = countQueueDay(all, asked);
      for (const [n, { from, ...numbers }] of slices.entries()) {
        const window = { from, to: slices[n + 1]?.from ?? ever };
        expect(countQueues(all, { ...asked, window }).total).toMatchObject(numbers);
      }
    }),
    { numRuns: runs(10) },
  );
});
