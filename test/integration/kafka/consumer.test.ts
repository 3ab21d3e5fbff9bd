import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import {
  type ConsumedBatch,
  consumePartitions,
  PARTITIONS,
  type Publisher,
  partitionOf,
  topicSettings,
  withAdmin,
} from "@teravoz/kafka";
import { createMetrics, type Metrics } from "@teravoz/runtime";
import { eventually } from "../../support/eventually.ts";
import { openTopics, type TestTopics } from "../../support/stack/kafka.ts";

let opened: TestTopics;
let publisher: Publisher;
beforeAll(async () => {
  opened = await openTopics();
  publisher = opened.publisher();
});
afterAll(async () => {
  await withAdmin(opened.client, (admin) => admin.deleteTopics({ topics }));
  await opened.close();
});

/** Each test has a new topic, with the settings of the topic of calls, and a new group. */
let topic: string;
let groupId: string;
let tests = 0;
const topics: string[] = [];
const open: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  topic = `${opened.prefix}records-${++tests}`;
  groupId = `${opened.prefix}group-${tests}`;
  topics.push(topic);
  const settings = Object.entries(topicSettings(opened.topics)[opened.topics.callEvents]!);
  const configEntries = settings.map(([name, value]) => ({ name, value }));
  await withAdmin(opened.client, async (admin) => {
    const created = { topic, numPartitions: PARTITIONS, configEntries };
    await admin.createTopics({ waitForLeaders: false, topics: [created] });
    await eventually(() => admin.fetchTopicOffsets(topic));
  });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((stop) => stop()));
});

const KEY = "one-partition";

/** Publishes all numbers at once. A partition has one queue, which keeps their order. */
async function publish(from: number, to: number): Promise<void> {
  const send = (n: number) => publisher.publish({ topic, key: KEY, value: Buffer.from(String(n)) });
  await Promise.all(numbers(from, to).map(send));
}

type Stored = {
  values: number[];
  notified: number[];
  positions: Map<number, number>;
  away: boolean;
  /** The number of tries whose notices will fail. */
  failingNotices: number;
  /** The partition whose batches are not handled. */
  waiting: number | null;
  crashed: unknown;
};
const nothingStored = (): Stored => ({
  values: [],
  notified: [],
  positions: new Map(),
  away: false,
  failingNotices: 0,
  waiting: null,
  crashed: null,
});

/** A small projector that keeps values and positions together in memory. */
function project(stored: Stored) {
  const metrics = createMetrics();
  const consumer = consumePartitions({
    client: opened.client,
    groupId,
    topics: [topic],
    position: async (_topic, partition) => {
      if (stored.away) throw new Unavailable("away");
      return stored.positions.get(partition) ?? null;
    },
    handle: async (batch: ConsumedBatch) => {
      if (stored.away || stored.waiting === batch.partition) throw new Unavailable("away");
      if ((stored.positions.get(batch.partition) ?? null) !== batch.expected) return "fenced";
      stored.values.push(...batch.records.map(({ value }) => Number(value)));
      stored.positions.set(batch.partition, batch.next);
      if (stored.failingNotices > 0) {
        stored.failingNotices -= 1;
        // more records arrive before the next try
        const from = 10 - 5 * stored.failingNotices;
        await publish(from, from + 5);
        throw new Unavailable("no notice can be sent");
      }
      stored.notified.push(...[...batch.stored, ...batch.records].map(({ value }) => Number(value)));
      return "done";
    },
    log: opened.log,
    metrics,
    onCrash: (error) => {
      stored.crashed = error;
    },
  });
  open.push(consumer.stop);
  return { ...consumer, metrics };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
const storedPartition = (stored: Stored) => [...stored.positions.keys()][0]!;
const lagSeconds = async ({ metrics }: { metrics: Metrics }) => {
  const [lag] = (await metrics.registry.getMetricsAsJSON()).filter(
    ({ name }) => name === "teravoz_consumer_lag_seconds",
  );
  return Math.max(...lag!.values.map(({ value }) => value));
};
/** The offset that the group has committed in a partition. */
const committed = (partition: number) =>
  withAdmin(opened.client, async (admin) => {
    const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
    return Number(committed!.partitions.find((each) => each.partition === partition)!.offset);
  });
const isReady = (consumer: { check(): unknown }) =>
  eventually(() => expect(consumer.check()).toEqual({ ok: true }));

test("every record is handled once and in order, across a restart", async () => {
  const stored = nothingStored();
  await publish(0, 20);
  const first = project(stored);
  await eventually(() => expect(stored.values).toEqual(numbers(0, 20)));
  await first.stop();
  await publish(20, 30);
  project(stored);
  await eventually(() => expect(stored.values).toEqual(numbers(0, 30)));
});

test("a restored backup continues from its stored position, not from Kafka's committed offset", async () => {
  const stored = nothingStored();
  await publish(0, 10);
  const first = project(stored);
  await eventually(() => expect(stored.values.length).toBe(10));
  await first.stop();
  const backup = {
    ...nothingStored(),
    values: numbers(0, 4),
    positions: new Map([[storedPartition(stored), 4]]),
  };
  project(backup);
  await eventually(() => expect(backup.values).toEqual(numbers(0, 10)));
});

test("an empty database is filled from the beginning even if the group has committed offsets", async () => {
  const stored = nothingStored();
  await publish(0, 10);
  const first = project(stored);
  await eventually(() => expect(stored.values.length).toBe(10));
  await first.stop();
  const emptied = nothingStored();
  project(emptied);
  await eventually(() => expect(emptied.values).toEqual(numbers(0, 10)));
});

test("records stored without a confirmed notice are notified again after a restart, and stored once", async () => {
  const stored = nothingStored();
  await publish(0, 5);
  const first = project(stored);
  await eventually(() => expect(stored.values.length).toBe(5));
  await eventually(async () => expect(await committed(storedPartition(stored))).toBe(5));
  await first.stop();
  await publish(5, 10);
  // as after a crash between the commit in the database and the notices: the position is ahead of Kafka's
  // offset
  stored.positions.set(storedPartition(stored), 10);
  stored.notified.length = 0;
  project(stored);
  // a member that joins again repeats the notices whose offsets it had not committed
  await eventually(() => expect([...new Set(stored.notified)]).toEqual(numbers(5, 10)));
  expect(stored.values).toEqual(numbers(0, 5));
});

test("if notices fail twice in a row, every stored record still gets its notice without a restart", async () => {
  const stored = nothingStored();
  const consumer = project(stored);
  await isReady(consumer);
  stored.failingNotices = 2;
  await publish(0, 5);
  await eventually(() => expect([...new Set(stored.notified)]).toEqual(numbers(0, 15)), 20_000);
  expect(stored.values).toEqual(numbers(0, 15));
});

test("a partition that waits delays no other partition of its broker", async () => {
  const stored = nothingStored();
  const consumer = project(stored);
  await isReady(consumer);
  stored.waiting = partitionOf(KEY);
  await publish(0, 2);
  const others = numbers(100, 160).map((n) => ({ n, key: `key-${n}` }));
  const elsewhere = others.filter(({ key }) => partitionOf(key) !== stored.waiting);
  for (const { n, key } of elsewhere) await publisher.publish({ topic, key, value: Buffer.from(String(n)) });
  await eventually(() =>
    expect(stored.values.toSorted((one, other) => one - other)).toEqual(elsewhere.map(({ n }) => n)),
  );
  stored.waiting = null;
  await eventually(() => expect(stored.values.slice(-2)).toEqual([0, 1]), 15_000);
});

test("while the database is unavailable, no record is skipped, and all are handled after its return", async () => {
  const stored = nothingStored();
  const consumer = project(stored);
  await isReady(consumer);
  stored.away = true;
  await publish(0, 10);
  // the metric shows meanwhile how long a record has waited
  await eventually(async () => expect(await lagSeconds(consumer)).toBeGreaterThan(2));
  expect(stored.values).toEqual([]);
  stored.away = false;
  await eventually(() => expect(stored.values).toEqual(numbers(0, 10)));
  await eventually(async () => expect(await lagSeconds(consumer)).toBe(0));
});

test("records that left the log before they were read are counted", async () => {
  const stored = nothingStored();
  await publish(0, 10);
  const first = project(stored);
  await eventually(() => expect(stored.values.length).toBe(10));
  await first.stop();
  const partition = storedPartition(stored);
  stored.positions.set(partition, 4);
  await withAdmin(opened.client, (admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: 2, name: topic, configEntries: [{ name: "cleanup.policy", value: "delete" }] }],
    }),
  );
  await withAdmin(opened.client, async (admin) => {
    // kafkajs deletes records only in topics whose metadata it has
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: "7" }] });
  });
  const { metrics } = project(stored);
  await eventually(() => expect(stored.positions.get(partition)).toBe(10));
  expect(stored.values).toEqual([...numbers(0, 10), 7, 8, 9]);
  expect((await metrics.gaps.get()).values.map(({ value }) => value)).toEqual([3]);
});

test("a topic that was deleted and created again fails the check with the reason instead of skipping records", async () => {
  const stored = nothingStored();
  await publish(0, 3);
  const first = project(stored);
  await eventually(() => expect(stored.values.length).toBe(3));
  await first.stop();
  stored.positions.set(storedPartition(stored), 1_000);
  const second = project(stored);
  await eventually(() => expect(JSON.stringify(second.check())).toContain("beyond the end of the log"));
});

test("two consumers share the partitions, and a fenced one yields", async () => {
  const stored = nothingStored();
  const first = project(stored);
  await isReady(first);
  const second = project(stored);
  await isReady(second);
  const send = (n: number) => publisher.publish({ topic, key: `key-${n}`, value: Buffer.from(String(n)) });
  await Promise.all(numbers(0, 500).map(send));
  await eventually(() =>
    expect(stored.values.toSorted((one, other) => one - other)).toEqual(numbers(0, 500)),
  );
});
