import { randomBytes } from "node:crypto";
import {
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

export type TestTopics = Awaited<ReturnType<typeof openTopics>>;

/** Topics and schemas under a prefix of their own on the shared stack; `close` removes the topics. */
export async function openTopics(overrides: Record<string, string> = {}) {
  const prefix = `test-${randomBytes(4).toString("hex")}.`;
  const env = { ...process.env, TOPIC_PREFIX: prefix, ...overrides };
  const config = readConfig({ ...kafkaSettings, ...registrySettings }, env);
  const log = createLog("test", process.env.LOG_LEVEL ?? "silent");
  const topics = topicNames(prefix);
  const client = createClient({ config, clientId: "test", log });
  await withAdmin(client, (admin) => ensureTopics(admin, topics, 1));
  await registerSchemas(config, topics);
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
