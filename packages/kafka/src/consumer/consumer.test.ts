import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { type PositionStore, Unavailable } from "@teravoz/domain";
import { createLog, createMetrics } from "@teravoz/runtime";
import { createFakeKafka } from "../../../../test/support/stack/fake-kafka.ts";
import type { BatchOutcome, ConsumedBatch, ConsumedRecord } from "./batch.ts";
import { type ConsumeOptions, consumePartitions, type PartitionConsumer } from "./consumer.ts";

const open: PartitionConsumer[] = [];
beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(async () => {
  for (const consumer of open.splice(0)) {
    const stopped = consumer.stop();
    await jest.advanceTimersByTimeAsync(10_000);
    await stopped;
  }
  jest.useRealTimers();
});

const run = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1_000);
const offsetsOf = (records: readonly ConsumedRecord[]) => records.map(({ offset }) => offset);
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

/** A minimal projector over a log in memory. It stores positions and records together and then sends the notices. */
function project(
  kafka = createFakeKafka(1),
  more: Partial<ConsumeOptions> = {},
  positions = new Map<number, number>(),
) {
  const stored: Record<number, number[]> = {};
  const notified: Record<number, number[]> = {};
  const project = {
    kafka,
    positions,
    stored,
    notified,
    crashed: [] as unknown[],
    /** Hooks that run before a batch is stored and before its notices are sent. */
    store: async (_batch: ConsumedBatch) => {},
    notify: async (_batch: ConsumedBatch) => {},
    /** The outcome to return instead of storing the batch, unless it is null. */
    outcome: (): BatchOutcome | null => null,
    values: () => new Set(notified[0]),
  };
  const consumer = consumePartitions({
    client: kafka.client,
    groupId: "g",
    topics: [kafka.topic],
    position: async (_topic, partition) => positions.get(partition) ?? null,
    handle: async (batch) => {
      await project.store(batch);
      const outcome = project.outcome();
      if (outcome) return outcome;
      const { partition, expected, next, records } = batch;
      if ((positions.get(partition) ?? null) !== expected) return "fenced";
      positions.set(partition, next);
      stored[partition] = [...(stored[partition] ?? []), ...offsetsOf(records)];
      await project.notify(batch);
      notified[partition] = [...(notified[partition] ?? []), ...offsetsOf([...batch.stored, ...records])];
      return "done";
    },
    log: createLog("test", "silent"),
    metrics: createMetrics(),
    onCrash: (error) => void project.crashed.push(error),
    ...more,
  });
  open.push(consumer);
  return Object.assign(project, { consumer });
}

/** A store of positions without identities: a log counts as replaced if it ends below its position. */
const storeOf = (positions: Map<number, number>): PositionStore => ({
  position: async (_topic, partition) => positions.get(partition) ?? null,
  storedPosition: async (_topic, partition) => ({
    next: positions.get(partition) ?? null,
    identities: [],
    seenUntil: null,
  }),
  replacePosition: async ({ partition }, { expected, next }) => {
    if (positions.get(partition) !== expected) return false;
    if (next === null) positions.delete(partition);
    else positions.set(partition, next);
    return true;
  },
});

/** Returns a function that fails the given number of times and then succeeds. */
function failing(times: number) {
  let left = times;
  return async () => {
    if (left > 0) {
      left -= 1;
      throw new Unavailable("away");
    }
  };
}

test("notices that fail twice in a row are sent again until they arrive, and no record is skipped", async () => {
  const projector = project();
  projector.kafka.append(0, 10);
  let failed = 0;
  projector.notify = async () => {
    if (failed === 2) return;
    failed += 1;
    projector.kafka.append(0, 10);
    throw new Unavailable("away");
  };
  await run(30);
  expect(projector.stored[0]).toEqual(numbers(0, 30));
  expect([...projector.values()].toSorted((one, other) => one - other)).toEqual(numbers(0, 30));
  expect(projector.kafka.committed.get(0)).toBe(30);
});

test("a batch whose notices fail is stored once and read once, and only its notices are repeated", async () => {
  const projector = project();
  await run(1);
  projector.kafka.append(0, 10);
  projector.notify = failing(3);
  const stores: number[][] = [];
  projector.store = async ({ records }) => void stores.push(offsetsOf(records));
  await run(30);
  expect(stores).toEqual([numbers(0, 10), [], [], []]);
  expect(projector.kafka.fetches.get(0)).toBe(1);
});

test("another writer that moves the position into the current batch leaves no record without a notice", async () => {
  const projector = project();
  projector.kafka.append(0, 10);
  let moved = false;
  projector.store = async () => {
    if (moved) return;
    moved = true;
    // another projector stores some of the records, and dies before its notices
    projector.positions.set(0, 6);
    projector.kafka.append(0, 10);
  };
  projector.notify = failing(1);
  await run(30);
  expect([...projector.values()].toSorted((one, other) => one - other)).toEqual(numbers(0, 20));
});

test("the notices of a batch are sent if its commit was stored without an answer, and no other writer is reported", async () => {
  const lines: string[] = [];
  const log = createLog("test", "info", { write: (line) => void lines.push(line) });
  const projector = project(createFakeKafka(1), { log });
  projector.kafka.append(0, 10);
  let tries = 0;
  projector.outcome = () => {
    tries += 1;
    // the commit of the first try succeeds after the second try has read the position
    if (tries === 1) throw new Unavailable("the commit was not answered");
    if (tries === 2) projector.positions.set(0, 10);
    return tries === 2 ? "stored" : null;
  };
  await run(10);
  expect(projector.notified[0]).toEqual(numbers(0, 10));
  expect(lines.join("")).toContain("an earlier try");
  expect(lines.join("")).not.toContain("another writer");
});

test("a partition whose position another writer moves back is read again from there", async () => {
  const projector = project();
  projector.kafka.append(0, 10);
  await run(5);
  projector.positions.set(0, 3);
  projector.kafka.append(0, 1);
  await run(5);
  expect(projector.stored[0]).toEqual([...numbers(0, 10), ...numbers(3, 11)]);
});

test("a partition whose position is moved back is read again only once Kafka has committed that offset, so that a crash skips no notice", async () => {
  const projector = project(createFakeKafka(2));
  projector.kafka.append(0, 10);
  await run(5);
  projector.kafka.isCommitHeld = true;
  projector.positions.set(0, 3);
  for (const partition of [0, 1]) projector.kafka.append(partition, 1);
  await run(10);
  expect([projector.stored[0], projector.stored[1]]).toEqual([numbers(0, 10), [0]]);
  projector.kafka.isCommitHeld = false;
  await run(10);
  expect(projector.stored[0]).toEqual([...numbers(0, 10), ...numbers(3, 11)]);
});

test("a crash before the notices are sent skips none of them when records are read again after a restored backup", async () => {
  const kafka = createFakeKafka(1);
  kafka.append(0, 10);
  kafka.committed.set(0, 9);
  const restored = project(kafka);
  restored.positions.set(0, 4);
  restored.notify = failing(1_000);
  await run(10);
  expect(restored.positions.get(0)).toBe(10);
  expect(kafka.committed.get(0)).toBe(4);
});

/** Ends a projector whose notices fail and starts the next one. */
async function startAgain(
  { kafka, positions, consumer }: ReturnType<typeof project>,
  more: Partial<ConsumeOptions>,
) {
  const stopped = consumer.stop();
  await run(10);
  await stopped;
  const next = project(kafka, more, positions);
  await run(10);
  return next;
}

test("a crash before the notices are sent skips none of them when a log is read again from its beginning while its consumer runs", async () => {
  const positions = new Map<number, number>();
  const more = { positions: storeOf(positions) };
  const projector = project(createFakeKafka(1), more, positions);
  projector.kafka.append(0, 10);
  await run(5);
  projector.kafka.recreate(0);
  projector.kafka.append(0, 6);
  projector.notify = failing(1_000);
  await run(70);
  expect([positions.get(0), projector.kafka.committed.get(0)]).toEqual([6, 0]);
  const next = await startAgain(projector, more);
  expect(next.notified[0]).toEqual(numbers(0, 6));
});

test("a crash before the notices are sent skips none of them when the position is below Kafka's offset and the log could not be compared at the join", async () => {
  const kafka = createFakeKafka(1);
  kafka.append(0, 10);
  kafka.committed.set(0, 9);
  kafka.isUnreadable = true;
  const positions = new Map([[0, 4]]);
  const more = { positions: storeOf(positions) };
  const restored = project(kafka, more, positions);
  restored.notify = failing(1_000);
  await run(1);
  kafka.isUnreadable = false;
  await run(20);
  expect(positions.get(0)).toBe(10);
  const next = await startAgain(restored, more);
  expect(next.notified[0]).toEqual(numbers(4, 10));
});

test("a rebalance after a batch is stored and before its notices are sent skips no notice", async () => {
  const projector = project();
  projector.kafka.append(0, 10);
  projector.notify = failing(2);
  await run(1);
  projector.kafka.rejoin();
  projector.kafka.append(0, 10);
  await run(30);
  expect([...projector.values()].toSorted((one, other) => one - other)).toEqual(numbers(0, 20));
});

test("a commit that fails skips no record and no notice", async () => {
  const projector = project();
  projector.kafka.append(0, 10);
  await run(1);
  projector.kafka.commitError = Object.assign(new Error("away"), { name: "KafkaJSNumberOfRetriesExceeded" });
  projector.kafka.append(0, 10);
  await run(5);
  projector.kafka.commitError = null;
  projector.kafka.append(0, 10);
  await run(30);
  expect(projector.stored[0]).toEqual(numbers(0, 30));
  expect(new Set(projector.notified[0]).size).toBe(30);
  expect(projector.kafka.committed.get(0)).toBe(30);
});

test("a commit that is not answered blocks no batch, and the newest offset is committed once commits are answered again", async () => {
  const projector = project(createFakeKafka(3));
  await run(1);
  projector.kafka.isCommitHeld = true;
  for (let second = 0; second < 5; second += 1) {
    for (const partition of numbers(0, 3)) projector.kafka.append(partition, 2);
    await run(1);
  }
  expect(numbers(0, 3).map((partition) => projector.notified[partition])).toEqual(
    numbers(0, 3).map(() => numbers(0, 10)),
  );
  projector.kafka.isCommitHeld = false;
  await run(10);
  expect(numbers(0, 3).map((partition) => projector.kafka.committed.get(partition))).toEqual([10, 10, 10]);
});

/** A handler that fails for one partition until the test sets `is` to false. */
function createTrouble(partition: number) {
  const trouble = {
    is: true,
    meet: async (batch: ConsumedBatch) => {
      if (trouble.is && batch.partition === partition) throw new Unavailable("schema 7 cannot be looked up");
    },
  };
  return trouble;
}

test("a partition that waits blocks no other partition of its broker, and continues once its batch succeeds", async () => {
  const projector = project(createFakeKafka(12));
  const trouble = createTrouble(3);
  projector.store = trouble.meet;
  for (const partition of numbers(0, 12)) projector.kafka.append(partition, 2);
  await run(3);
  for (const partition of numbers(0, 12)) projector.kafka.append(partition, 2);
  await run(2);
  const others = numbers(0, 12).filter((partition) => partition !== 3);
  expect(others.map((partition) => projector.stored[partition])).toEqual(others.map(() => [0, 1, 2, 3]));
  expect(projector.stored[3]).toBeUndefined();
  trouble.is = false;
  await run(10);
  expect(projector.stored[3]).toEqual([0, 1, 2, 3]);
});

test("a partition that is sought while its batch waits is read from the new offset", async () => {
  const projector = project();
  await run(1);
  projector.kafka.append(0, 5);
  let tries = 0;
  projector.store = async () => {
    tries += 1;
    if (tries > 2) return;
    // the first failure pauses the partition
    if (tries === 2) projector.kafka.seek(0, 0);
    throw new Unavailable("away");
  };
  await run(5);
  expect(projector.stored[0]).toEqual(numbers(0, 5));
});

test("a batch aside that ends after its member has crashed, but before the crash is handled, does not end the process, and the next member continues", async () => {
  const projector = project();
  projector.kafka.append(0, 5);
  let isHeld = true;
  const held = Promise.withResolvers<void>();
  projector.store = () => (isHeld ? held.promise : Promise.resolve());
  await run(2);
  projector.kafka.crash(Object.assign(new Error("gone"), { name: "KafkaJSConnectionError" }));
  isHeld = false;
  held.resolve();
  await run(5);
  projector.kafka.append(0, 5);
  await run(5);
  expect([projector.crashed, projector.stored[0]]).toEqual([[], numbers(0, 10)]);
});

test("partitions whose batches never end do not block the other partitions, however many they are", async () => {
  const projector = project(createFakeKafka(12));
  projector.store = ({ partition }) => (partition < 4 ? new Promise(() => {}) : Promise.resolve());
  for (const partition of numbers(0, 12)) projector.kafka.append(partition, 2);
  await run(3);
  for (const partition of numbers(0, 12)) projector.kafka.append(partition, 2);
  await run(3);
  const others = numbers(4, 12);
  expect(others.map((partition) => projector.stored[partition])).toEqual(others.map(() => [0, 1, 2, 3]));
});

test("the check fails if a partition stores none of its records for 60 s, and names the partition and the cause", async () => {
  let now = 0;
  const projector = project(createFakeKafka(12), { now: () => now });
  const trouble = createTrouble(3);
  projector.store = trouble.meet;
  for (const partition of numbers(0, 12)) projector.kafka.append(partition, 1);
  await run(1);
  now = 59_000;
  expect(projector.consumer.check()).toEqual({ ok: true });
  now = 61_000;
  expect(projector.consumer.check()).toEqual({
    ok: false,
    reason: "t:3 has stored none of its waiting records for 61 s: schema 7 cannot be looked up",
  });
  trouble.is = false;
  await run(10);
  now = 500_000;
  await run(1);
  expect(projector.consumer.check()).toEqual({ ok: true });
});

test("the check fails if the leader of a partition answers no fetch for 60 s, even if none of its batches is in progress", async () => {
  let now = 0;
  const projector = project(createFakeKafka(12), { now: () => now });
  await run(1);
  projector.kafka.silent.add(3);
  await run(1);
  for (now = 1_000; now < 61_000; now += 20_000) await run(1);
  expect(projector.consumer.check()).toEqual({
    ok: false,
    reason: "no fetch of t:3 was answered for 61 s",
  });
  projector.kafka.silent.delete(3);
  await run(1);
  expect(projector.consumer.check()).toEqual({ ok: true });
});

test("a batch that runs out of time is tried in halves until they fit, and then in larger parts again", async () => {
  let now = 0;
  const projector = project(createFakeKafka(1), { now: () => now });
  projector.kafka.append(0, 40);
  const tried: number[] = [];
  projector.store = async ({ records }) => {
    tried.push(records.length);
    if (records.length <= 10 || records[0]!.offset >= 10) return;
    now += 15_000;
    throw new Unavailable("the commit was not answered");
  };
  await run(30);
  expect(tried).toEqual([40, 20, 10, 20, 10]);
  expect(projector.stored[0]).toEqual(numbers(0, 40));
});

test("a record that runs out of time on its own waits, and the check names its offset", async () => {
  let now = 0;
  const projector = project(createFakeKafka(1), { now: () => now });
  projector.kafka.append(0, 2);
  projector.store = async ({ records }) => {
    if (records.every(({ offset }) => offset !== 1)) return;
    now += 15_000;
    throw new Unavailable("the commit was not answered");
  };
  await run(60);
  expect(projector.stored[0]).toEqual([0]);
  const why =
    "the record at offset 1 alone takes longer than a transaction may, check whether the database is slow:";
  expect(projector.consumer.check().reason).toContain(`${why} the commit was not answered`);
});

test("a dependency that refuses immediately does not make the parts smaller", async () => {
  const projector = project();
  projector.kafka.append(0, 40);
  const tried: number[] = [];
  const refuse = failing(3);
  projector.store = async ({ records }) => {
    tried.push(records.length);
    await refuse();
  };
  await run(30);
  expect(tried).toEqual([40, 40, 40, 40]);
});

test("offsets that are missing in the log are counted once, however often the batch is tried", async () => {
  const metrics = createMetrics();
  const kafka = createFakeKafka(1);
  kafka.append(0, 5);
  kafka.compact(0, numbers(10, 15));
  const projector = project(kafka, { metrics });
  await run(1);
  kafka.append(0, 35);
  projector.store = failing(2);
  projector.notify = failing(2);
  await run(30);
  expect((await metrics.gaps.get()).values.map(({ value }) => value)).toEqual([5]);
});

test("a partition without a leader does not delay the start of the others, and starts when it has a leader again", async () => {
  const kafka = createFakeKafka(12);
  kafka.leaderless.add(3);
  for (const partition of numbers(0, 12)) kafka.append(partition, 2);
  const projector = project(kafka);
  await run(3);
  const others = numbers(0, 12).filter((partition) => partition !== 3);
  expect(others.map((partition) => projector.stored[partition])).toEqual(others.map(() => [0, 1]));
  expect(projector.consumer.check()).toEqual({
    ok: false,
    reason: "start offsets unknown: t:3 has no leader",
  });
  kafka.leaderless.delete(3);
  await run(5);
  expect(projector.stored[3]).toEqual([0, 1]);
  expect(projector.consumer.check()).toEqual({ ok: true });
});
