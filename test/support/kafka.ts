import { randomBytes } from "node:crypto";
import {
  type ConsumedRecord,
  consumePartitions,
  createClient,
  createCodec,
  createPublisher,
  ensureTopics,
  type KafkaClient,
  type PublisherLimits,
  registerSchemas,
  topicNames,
  withAdmin,
} from "@teravoz/kafka";
import { createLog, createMetrics, kafkaSettings, readConfig, registrySettings } from "@teravoz/runtime";
import { eventually } from "./eventually.ts";

export type TestTopics = Awaited<ReturnType<typeof openTopics>>;

/** Topics and schemas under a prefix of their own on the shared stack; `close` removes the topics. */
export async function openTopics(overrides: Record<string, string> = {}) {
  const prefix = `test-${randomBytes(4).toString("hex")}.`;
  const env = { ...process.env, TOPIC_PREFIX: prefix, ...overrides };
  const config = readConfig({ ...kafkaSettings, ...registrySettings }, env);
  const log = createLog("test", process.env.LOG_LEVEL ?? "silent");
  const topics = topicNames(prefix);
  const client = createClient({ config, clientId: "test", log });
  await Promise.all([
    withAdmin(client, (admin) => ensureTopics(admin, topics, 1)),
    registerSchemas(config, topics),
  ]);
  const codec = createCodec({ config, topics, log });
  await codec.ready();
  const open: (() => Promise<unknown>)[] = [];
  return {
    prefix,
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
    /** Stopped before the topics go. */
    closing: (stop: () => Promise<unknown>) => void open.push(stop),
    close: async () => {
      for (const stop of open.toReversed()) await stop();
      await withAdmin(client, (admin) => admin.deleteTopics({ topics: Object.values(topics) }));
    },
  };
}

export type ReadRecord = ConsumedRecord & { partition: number };

/** Every record that is in a topic by the time it is asked for, by partition and offset. */
export async function readTopic({ client, prefix, log }: TestTopics, topic: string): Promise<ReadRecord[]> {
  const ends = await withAdmin(client, (admin) => admin.fetchTopicOffsets(topic));
  const wanted = ends.reduce((count, { low, high }) => count + Number(high) - Number(low), 0);
  // a reader that is stopped while it joins leaves kafkajs fetching for ever
  if (wanted === 0) return [];
  const read: ReadRecord[] = [];
  const consumer = consumePartitions({
    client,
    groupId: `${prefix}reader-${randomBytes(4).toString("hex")}`,
    topics: [topic],
    position: async () => null,
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
