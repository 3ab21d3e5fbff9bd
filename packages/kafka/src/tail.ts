import { randomUUID } from "node:crypto";
import type { Check, Log, Metrics } from "@teravoz/runtime";
import type { KafkaMessage } from "kafkajs";
import { type KafkaClient, RETRY } from "./client.ts";
import { type Assignment, createMembership } from "./membership.ts";
import { withAdmin } from "./topics.ts";

export type TailRecord = { key: Buffer | null; value: Buffer | null; timestamp: number };

export type Follower = {
  check(): Check;
  /** Stops reading and removes the group. */
  stop(): Promise<void>;
};

/**
 * Follows every partition of a topic from its end, in a group of its own that keeps no offsets. `onDoubt` tells that reading
 * has (again) begun and records may have passed before. Starts in the background and comes back by itself.
 */
export function followTopic(options: {
  client: KafkaClient;
  topic: string;
  /** Begins the name of the group; the rest is random. */
  groupPrefix: string;
  log: Log;
  metrics: Metrics;
  handle(records: TailRecord[]): Promise<void>;
  onDoubt(): void;
  onCrash(error: unknown): void;
}): Follower {
  const { client, topic, log, metrics } = options;
  const groupId = `${options.groupPrefix}${randomUUID()}`;
  const consumer = client.kafka.consumer({
    groupId,
    retry: RETRY,
    allowAutoTopicCreation: false,
    // one fetch is one delay of what comes meanwhile only when the topic is idle: the broker answers at the first record
    maxWaitTimeInMs: 250,
  });
  const admin = client.kafka.admin({ retry: RETRY });
  const run = () =>
    consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: async ({ batch, heartbeat }) => {
        metrics.batchRecords.observe({ direction: "consumed" }, batch.messages.length);
        await options.handle(batch.messages.map(toTailRecord));
        await heartbeat();
      },
    });
  // from here on nothing is missed: a record that comes before the seek counts is read twice at the most
  const prepare = async (assignment: Assignment) => {
    const ends = new Map(
      (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, high]),
    );
    for (const partition of assignment[topic] ?? [])
      consumer.seek({ topic, partition, offset: ends.get(partition)! });
    options.onDoubt();
  };
  const { onCrash } = options;
  const topics = [topic];
  const membership = createMembership({
    consumer,
    admin,
    topics,
    fromBeginning: false,
    run,
    prepare,
    log,
    onCrash,
  });
  return {
    check: () => membership.check(),
    stop: async () => {
      await membership.stop();
      await withAdmin(client, (each) => each.deleteGroups([groupId])).catch((err) =>
        log.debug({ err }, "the consumer group was not removed"),
      );
    },
  };
}

const toTailRecord = ({ key, value, timestamp }: KafkaMessage): TailRecord => ({
  key,
  value,
  timestamp: Number(timestamp),
});
