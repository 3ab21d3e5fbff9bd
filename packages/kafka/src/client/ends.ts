import { withAdmin } from "../topics/topics.ts";
import type { KafkaClient } from "./client.ts";

/** The range of a partition's log: its first offset, and the offset after its last record. */
export type PartitionEnds = { topic: string; partition: number; low: number; high: number };

/** Reads the current range of every partition of these topics. Throws the errors of the brokers after three retries. */
export const readEnds = (client: KafkaClient, topics: readonly string[]): Promise<PartitionEnds[]> =>
  withAdmin(client, async (admin) => {
    const read = topics.map(async (topic) =>
      (await admin.fetchTopicOffsets(topic)).map(
        ({ partition, low, high }): PartitionEnds => ({
          topic,
          partition,
          low: Number(low),
          high: Number(high),
        }),
      ),
    );
    return (await Promise.all(read)).flat();
  });
