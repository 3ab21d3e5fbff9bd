import type { Cluster } from "kafkajs";
import type { KafkaClient } from "../client/client.ts";
import { disconnect } from "../client/disconnect.ts";
import { readEnds } from "../client/ends.ts";
import { fromWire } from "../schemas/wire.ts";
import { fetchBatch } from "./log-reader.ts";

/** A record of a topic, without its header, and the id of its schema. */
export type Sample = { topic: string; id: number; record: Buffer };

/**
 * The distance from the end of a partition at which a second batch is read, in records. The last record may be a
 * tombstone, which has no schema.
 */
const LOOK_BACK = 50;

/**
 * Reads one record for each schema id near the end of each partition. Needs the permission to read the topics, but no
 * group. Throws the errors of the brokers.
 */
export async function readSamples(client: KafkaClient, topics: readonly string[]): Promise<Sample[]> {
  const ends = (await readEnds(client, topics)).filter(({ low, high }) => low < high);
  const cluster = createCluster(client);
  const source = { cluster, findBroker: cluster.findBroker.bind(cluster) };
  const samples = new Map<string, Sample>();
  try {
    await cluster.connect();
    await cluster.addMultipleTargetTopics([...topics]);
    for (const { topic, partition, low, high } of ends)
      for (const offset of [high - 1, Math.max(low, high - LOOK_BACK)])
        for (const { value } of await fetchBatch(source, { topic, partition }, offset)) {
          const wire = value && fromWire(value);
          if (wire) samples.set(`${topic}:${wire.id}`, { topic, ...wire });
        }
  } finally {
    await disconnect(cluster);
  }
  return [...samples.values()];
}

/**
 * Creates a cluster of kafkajs through a private function, because kafkajs passes clusters only to its own clients and
 * its consumers need a group.
 */
function createCluster(client: KafkaClient): Cluster {
  const kafka = client.open();
  const name = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === "private:Kafka:createCluster",
  );
  const { [name!]: create } = kafka as unknown as Record<symbol, (options: object) => Cluster>;
  return create!({ allowAutoTopicCreation: false, metadataMaxAge: 300_000 });
}
