import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { identitiesOf, type PositionStore, type StoredPosition, Unavailable } from "@teravoz/domain";
import { createLog, createMetrics } from "@teravoz/runtime";
import type { ConsumedBatch } from "../consumer/batch.ts";
import type { LogReader } from "./log-identity.ts";
import { createLogWatch, type LogWatch } from "./log-watch.ts";

const NOW_MS = 1_000_000;
const PLACE = { topic: "t", partition: 0 };
const BATCH: ConsumedBatch = { ...PLACE, expected: 20, records: [], stored: [], next: 20 };

let stored: StoredPosition;
let log: { stamps: number[]; away: boolean };
let sought: unknown[];
let watch: LogWatch;
let metrics: ReturnType<typeof createMetrics>;
beforeEach(() => {
  jest.useFakeTimers();
  log = { stamps: stampsFrom(0, 20), away: false };
  stored = { next: 20, identities: identitiesOf(recordsOf(log.stamps)), seenUntil: null };
  sought = [];
  metrics = createMetrics();
  watch = createLogWatch({ positions, log: createLog("test", "silent"), metrics, now: () => NOW_MS });
  watch.use({ reader, seek: (where) => void sought.push(where) });
});
afterEach(() => {
  watch.stop();
  jest.useRealTimers();
});

const stampsFrom = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);
const recordsOf = (stamps: number[]) => stamps.map((timestamp, offset) => ({ offset, timestamp }));

const reader: LogReader = {
  ends: async () => {
    if (log.away) throw new Error("no leader");
    return { low: 0, high: log.stamps.length };
  },
  identities: async (_place, { from, to }) =>
    recordsOf(log.stamps).filter(({ offset }) => offset >= from && offset < to),
  minCompactionLagMs: async () => Number.POSITIVE_INFINITY,
};
const positions: PositionStore = {
  position: async () => stored.next,
  storedPosition: async () => stored,
  replacePosition: async (_place, { expected, ...replaced }) => {
    if (stored.next !== expected) return false;
    stored = replaced;
    return true;
  },
};
const join = () => watch.compare({ t: [0] });
const handle = async () => "done" as const;

test("a partition whose log is the same is certain after the join, and its position is kept", async () => {
  expect(watch.isCertain(PLACE)).toBe(false);
  await join();
  expect(watch.isCertain(PLACE)).toBe(true);
  expect([stored.next, sought, watch.check()]).toEqual([20, [], { ok: true }]);
});

test("a partition whose log was replaced is reset to the beginning of the log, and the reset is counted and reported", async () => {
  log.stamps = stampsFrom(500, 30);
  await join();
  expect(stored).toEqual({ next: 0, identities: [], seenUntil: 19 });
  expect(sought).toEqual([{ ...PLACE, offset: "0" }]);
  expect((await metrics.rereads.get()).values).toMatchObject([{ labels: { topic: "t" }, value: 1 }]);
  expect(watch.check()).toMatchObject({ ok: false, tolerated: true });
  expect(watch.check().reason).toContain("the log of t:0 is read again from its beginning");
  expect(watch.isCertain(PLACE)).toBe(true);
});

test("a position without identities gets those of the log at the join", async () => {
  stored = { next: 20, identities: [], seenUntil: null };
  await join();
  expect(stored).toEqual({ next: 20, identities: recordsOf(log.stamps).slice(12), seenUntil: null });
});

test("a log that is replaced is detected within a minute, even without a failed fetch", async () => {
  await join();
  log.stamps = stampsFrom(500, 30);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(stored.next).toBe(0);
});

test("an invalidation blocks the handler until the logs are compared again, which happens at once", async () => {
  await join();
  const guarded = watch.guard(handle);
  expect(await guarded(BATCH)).toBe("done");
  log.stamps = stampsFrom(500, 30);
  watch.invalidate();
  await expect(guarded(BATCH)).rejects.toThrow(Unavailable);
  await jest.advanceTimersByTimeAsync(1_000);
  expect([stored.next, watch.isCertain(PLACE)]).toEqual([0, true]);
});

test("a batch that runs during an invalidation leaves its partition uncertain, because it has moved the position", async () => {
  await join();
  const guarded = watch.guard(async () => {
    watch.invalidate();
    await jest.advanceTimersByTimeAsync(1_500);
    expect(watch.isCertain(PLACE)).toBe(true);
    return "done";
  });
  await guarded(BATCH);
  expect(watch.isCertain(PLACE)).toBe(false);
});

test("a partition that cannot be compared keeps its position and stays uncertain until it can be compared", async () => {
  log.away = true;
  await join();
  expect([watch.isCertain(PLACE), stored.next]).toEqual([false, 20]);
  log.away = false;
  await jest.advanceTimersByTimeAsync(2_000);
  expect(watch.isCertain(PLACE)).toBe(true);
});

test("a position that another owner moves during the comparison is compared again", async () => {
  log.stamps = stampsFrom(0, 15);
  const { storedPosition } = positions;
  positions.storedPosition = async () => {
    positions.storedPosition = storedPosition;
    const before = stored;
    stored = { ...before, next: 15, identities: identitiesOf(recordsOf(log.stamps)) };
    return before;
  };
  await join();
  expect([stored.next, sought]).toEqual([15, []]);
});
