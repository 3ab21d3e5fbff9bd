import type { RecordIdentity } from "@teravoz/domain";
import kafkajs, { type Admin, type Broker, type Cluster } from "kafkajs";
import type { LogReader, Place } from "./log-identity.ts";

/** One batch of records is answered whole, however long it is; a wait is over at once where there is a record. */
const ONE_BATCH = { minBytes: 1, maxBytes: 1, maxWaitTime: 100 };
const COMMITTED = 1;

/**
 * Reads records of a partition at any offset, over the connections of a consumer and without disturbing it: kafkajs can read only from
 * where a consumer stands.
 */
export const createLogReader = (cluster: Cluster, admin: Admin): LogReader => ({
  ends: (place) => readEnds(cluster, place),
  identities: (place, range) => readIdentities(cluster, place, range),
  minCompactionLagMs: (topic) => readMinCompactionLag(admin, topic),
});

async function readEnds(cluster: Cluster, { topic, partition }: Place) {
  const at = async (fromBeginning: boolean) => {
    const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning }]);
    return Number(found!.partitions[0]!.offset);
  };
  const [low, high] = await Promise.all([at(true), at(false)]);
  return { low, high };
}

async function readIdentities(
  cluster: Cluster,
  place: Place,
  { from, to }: { from: number; to: number },
): Promise<RecordIdentity[]> {
  const found: RecordIdentity[] = [];
  for (let offset = from; offset < to; ) {
    const records = await fetchBatch(cluster, place, offset);
    found.push(...records.filter((record) => record.offset >= offset && record.offset < to));
    const last = records.at(-1)?.offset ?? -1;
    // compaction may leave nothing from here on
    if (last < offset) break;
    offset = last + 1;
  }
  return found;
}

async function fetchBatch(
  cluster: Cluster,
  { topic, partition }: Place,
  offset: number,
): Promise<RecordIdentity[]> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  const broker = await cluster.findBroker({ nodeId: nodeId! });
  const wanted = { partition, fetchOffset: String(offset), maxBytes: ONE_BATCH.maxBytes };
  const request = { ...ONE_BATCH, isolationLevel: COMMITTED, topics: [{ topic, partitions: [wanted] }] };
  const { responses } = (await broker.fetch(request)) as FetchResponse;
  return responses[0]!.partitions[0]!.messages.map(({ offset, timestamp }) => ({
    offset: Number(offset),
    timestamp: Number(timestamp),
  }));
}

type FetchResponse = {
  responses: { partitions: { messages: { offset: string; timestamp: string }[] }[] }[];
};

/** Where a broker does not show it, no record is old enough: reading a partition again loses nothing. */
async function readMinCompactionLag(admin: Admin, topic: string): Promise<number> {
  const { resources } = await admin.describeConfigs({
    resources: [
      { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ["min.compaction.lag.ms"] },
    ],
    includeSynonyms: false,
  });
  const value = resources[0]?.configEntries[0]?.configValue;
  return value === undefined ? Number.POSITIVE_INFINITY : Number(value);
}

/**
 * Calls `onFailure` after each fetch that failed, and where the broker cannot be reached for one: kafkajs tries again without a word, and the log may be
 * another one then.
 */
export function watchFetches(cluster: Cluster, onFailure: () => void): void {
  const watched = new WeakSet<Broker>();
  const orFail = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      onFailure();
      throw error;
    }
  };
  const findBroker = cluster.findBroker.bind(cluster);
  cluster.findBroker = async (node) => {
    const broker = await orFail(findBroker(node));
    if (!watched.has(broker)) {
      watched.add(broker);
      const fetch = broker.fetch.bind(broker);
      broker.fetch = (request) => orFail(fetch(request));
    }
    return broker;
  };
}
