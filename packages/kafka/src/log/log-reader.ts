import type { Partition, RecordIdentity } from "@teravoz/domain";
import kafkajs, { type Admin, type Cluster } from "kafkajs";
import { isDenied } from "../producer/outcomes.ts";
import type { LogReader } from "./log-identity.ts";

/**
 * The limits of a fetch for one batch of records. A broker returns the batch whole, whatever its size, and at once if
 * there is a record.
 */
const ONE_BATCH = { minBytes: 1, maxBytes: 1, maxWaitTime: 100 };
const COMMITTED = 1;

type Source = { cluster: Cluster; findBroker: Cluster["findBroker"] };

/**
 * Reads records of a partition at any offset through the connections of a consumer, without disturbing it. kafkajs
 * itself can read only at the current position of a consumer. A watch that is added to the cluster later (watchFetches)
 * does not see these reads.
 */
export function createLogReader(cluster: Cluster, admin: Admin): LogReader {
  const source = { cluster, findBroker: cluster.findBroker.bind(cluster) };
  return {
    ends: (where) => readEnds(cluster, where),
    identities: (where, range) => readIdentities(source, where, range),
    minCompactionLagMs: (topic) => readMinCompactionLag(admin, topic),
  };
}

async function readEnds(cluster: Cluster, { topic, partition }: Partition) {
  const at = async (fromBeginning: boolean) => {
    const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning }]);
    return Number(found!.partitions[0]!.offset);
  };
  const [low, high] = await Promise.all([at(true), at(false)]);
  return { low, high };
}

async function readIdentities(
  source: Source,
  where: Partition,
  { from, to }: { from: number; to: number },
): Promise<RecordIdentity[]> {
  const found: RecordIdentity[] = [];
  for (let offset = from; offset < to; ) {
    const records = await fetchBatch(source, where, offset);
    const asked = records.filter((record) => record.offset >= offset && record.offset < to);
    found.push(...asked.map(({ offset, timestamp }) => ({ offset, timestamp })));
    const last = records.at(-1)?.offset ?? -1;
    // compaction may have removed everything from here on
    if (last < offset) break;
    offset = last + 1;
  }
  return found;
}

/** Returns the batch of records that contains an offset, or the next batch. Empty if the log ends there. */
export async function fetchBatch(
  { cluster, findBroker }: Source,
  { topic, partition }: Partition,
  offset: number,
): Promise<FetchedRecord[]> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  const broker = await findBroker({ nodeId: nodeId! });
  const wanted = { partition, fetchOffset: String(offset), maxBytes: ONE_BATCH.maxBytes };
  const request = { ...ONE_BATCH, isolationLevel: COMMITTED, topics: [{ topic, partitions: [wanted] }] };
  const { responses } = (await broker.fetch(request)) as FetchResponse;
  return responses[0]!.partitions[0]!.messages.map(({ offset, timestamp, value }) => ({
    offset: Number(offset),
    timestamp: Number(timestamp),
    value,
  }));
}

type FetchedRecord = RecordIdentity & { value: Buffer | null };

type FetchResponse = {
  responses: { partitions: { messages: { offset: string; timestamp: string; value: Buffer | null }[] }[] }[];
};

/**
 * Returns the minimum compaction lag in ms, or infinity if the broker does not show it. No record is then old enough,
 * and the partition is read again, which loses nothing.
 */
async function readMinCompactionLag(admin: Admin, topic: string): Promise<number> {
  const named = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic };
  const asked = [{ ...named, configNames: ["min.compaction.lag.ms"] }];
  const described = await admin
    .describeConfigs({ resources: asked, includeSynonyms: false })
    .catch((error) => {
      if (!isDenied(error)) throw error;
      return { resources: [] };
    });
  const value = described.resources[0]?.configEntries[0]?.configValue;
  return value === undefined ? Number.POSITIVE_INFINITY : Number(value);
}
