import { randomBytes } from "node:crypto";
import {
  type ConsumedRecord,
  consumePartitions,
  createClient,
  createCodec,
  createPublisher,
  ensureTopics,
  type KafkaClient,
  keepRegistryTopics,
  type PartitionEnds,
  type PublisherLimits,
  readEnds,
  registerSchemas,
  topicNames,
  withAdmin,
} from "@teravoz/kafka";
import {
  createLog,
  createMetrics,
  kafkaSettings,
  readConfig,
  registrySettings,
  topicsSettings,
} from "@teravoz/runtime";
import type { Db } from "mongodb";
import { keepForReading, watchFailures } from "../../runner/failures.ts";
import { eventually } from "../eventually.ts";

export type TestTopics = Awaited<ReturnType<typeof openTopics>>;

/** Number of this process's last log lines that are kept for a failed test. */
const KEPT_LINES = 2_000;

/**
 * Opens topics and schemas under a new prefix on the shared stack. `close` removes the topics. Consecutive
 * tests may share them, which saves a second each, and call `renew` in between. After a failed test the log
 * of this process on these topics is kept.
 */
export async function openTopics(overrides: Record<string, string> = {}, copies = 1) {
  const prefix = `test-${randomBytes(4).toString("hex")}.`;
  const env = { ...process.env, TOPIC_PREFIX: prefix, ...overrides };
  const config = readConfig({ ...kafkaSettings, ...registrySettings, ...topicsSettings }, env);
  const hasFailed = watchFailures();
  const lines: string[] = [];
  const write = (line: string) => {
    if (lines.push(line) > KEPT_LINES) lines.shift();
  };
  const log = createLog("test", "info", { write });
  const topics = topicNames(prefix);
  const client = createClient({ config, clientId: "test", log });
  await Promise.all([
    withAdmin(client, async (admin) => {
      await ensureTopics(admin, topics, copies);
      await keepRegistryTopics(admin, config.SCHEMA_REGISTRY_TOPICS, copies);
    }),
    registerSchemas(config, topics),
  ]);
  const codec = createCodec({ config, topics, log });
  await codec.ready();
  const open: (() => Promise<unknown>)[] = [];
  const stopAll = async () => {
    for (const stop of open.splice(0).toReversed()) await stop();
  };
  const opened = {
    /** The prefix of the names of consumer groups. */
    prefix,
    /** The offsets at which the current test began. Earlier records belong to earlier tests. */
    starts: [] as Start[],
    config,
    log,
    topics,
    client,
    codec,
    metrics: createMetrics(),
    publisher: (limits: Partial<PublisherLimits> = {}, through: KafkaClient = client) => {
      const publisher = createPublisher({ client: through, log, metrics: createMetrics(), limits });
      open.push(publisher.stop);
      return publisher;
    },
    /** Adds a step to `renew` and `close`. The last one runs first. */
    closing: (stop: () => Promise<unknown>) => void open.push(stop),
    /**
     * Stops everything that runs on the topics. The next test has new consumer groups, and sees only records
     * written from now on.
     */
    renew: async () => {
      await stopAll();
      const ends = await readEnds(client, Object.values(topics));
      opened.starts = ends.map(({ topic, partition, high }) => ({ topic, partition, offset: high }));
      opened.prefix = `${prefix}${randomBytes(4).toString("hex")}.`;
    },
    close: async () => {
      await stopAll();
      if (hasFailed()) await keepForReading(null, { topicPrefix: prefix, log: lines });
      await withAdmin(client, (admin) => admin.deleteTopics({ topics: Object.values(topics) }));
    },
  };
  return opened;
}

type Start = { topic: string; partition: number; offset: number };

/** The offset at which the current test began in a partition. */
export const startOf = ({ starts }: TestTopics, topic: string, partition: number): number =>
  starts.find((start) => start.topic === topic && start.partition === partition)?.offset ?? 0;

/** Makes a new database start at the current test, as if the records of earlier tests were stored already. */
export async function skipEarlierTests({ starts }: TestTopics, db: Db): Promise<void> {
  const positions = starts
    .filter(({ offset }) => offset > 0)
    .map(({ topic, partition, offset }) => ({ _id: `${topic}:${partition}`, next: offset, fold: 0 }));
  if (positions.length > 0)
    await db.collection<{ _id: string; next: number; fold: number }>("positions").insertMany(positions);
}

export type ReadRecord = ConsumedRecord & { partition: number };

/** Reads every record of the current test that is now in a topic, by partition and offset. */
export async function readTopic(opened: TestTopics, topic: string): Promise<ReadRecord[]> {
  const { client, prefix, log } = opened;
  const firstOf = ({ partition, low }: PartitionEnds) => Math.max(low, startOf(opened, topic, partition));
  const ends = await readEnds(client, [topic]);
  const wanted = ends.reduce((count, end) => count + end.high - firstOf(end), 0);
  // if a reader is stopped while it joins, kafkajs never stops fetching
  if (wanted === 0) return [];
  const read: ReadRecord[] = [];
  const consumer = consumePartitions({
    client,
    groupId: `${prefix}reader-${randomBytes(4).toString("hex")}`,
    topics: [topic],
    position: async (_topic, partition) => startOf(opened, topic, partition) || null,
    handle: async ({ partition, records }) => {
      read.push(...records.map((record) => ({ ...record, partition })));
      return "done";
    },
    log,
    metrics: createMetrics(),
    onCrash: (error) => log.error({ err: error }, "reader crashed"),
  });
  const demandAll = () => {
    if (read.length < wanted) throw new Error(`${read.length} of ${wanted} records of ${topic} read`);
  };
  await eventually(demandAll, 30_000).finally(() => consumer.stop());
  return read.sort((one, other) => one.partition - other.partition || one.offset - other.offset);
}
