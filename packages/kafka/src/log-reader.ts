import type { Partition, RecordIdentity } from "@teravoz/domain";
import kafkajs, { type Admin, type Cluster } from "kafkajs";
import type { LogReader } from "./log-identity.ts";
import { isDenied } from "./outcomes.ts";

/** One batch of records is answered whole, however long it is; a wait is over at once where there is a record. */
const ONE_BATCH = { minBytes: 1, maxBytes: 1, maxWaitTime: 100 };
const COMMITTED = 1;

type Source = { cluster: Cluster; findBroker: Cluster["findBroker"] };

/**
 * Reads records of a partition at any offset, over the connections of a consumer and without disturbing it: kafkajs can read only from
 * where a consumer stands. A watch that is put on the cluster later (watchFetches) does not see what is read here.
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
    // compaction may leave nothing from here on
    if (last < offset) break;
    offset = last + 1;
  }
  return found;
}

/** The batch of records that an offset is in, or the next one; empty where the log ends there. */
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

/** Where a broker does not show it, no record is old enough: reading a partition again loses nothing. */
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
