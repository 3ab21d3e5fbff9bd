import type { KafkaClient } from "./client.ts";
import { withAdmin } from "./topics.ts";

/** What a partition's log holds: its first offset, and the one after its last. */
export type PartitionEnds = { topic: string; partition: number; low: number; high: number };

/** Of every partition of these topics, right now. Throws what the brokers throw, after some retries. */
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
