import { createRequire } from "node:module";

/*
 * kafkajs 2.2.4 discards an answer if a single partition in it has an error, and does not say which one. This patch
 * keeps the errors in two answers, so that one partition does not stop the others:
 * - Metadata: a partition without a leader has leader -1. The metadata then expires early, because the leader may
 *   return at any time.
 * - Produce: `sendBatch` resolves, and each partition in the result has its `errorCode`. The partitions of a broker
 *   that did not answer have NETWORK_EXCEPTION. The partitions of other brokers are not sent again. After an error the
 *   metadata is fetched again.
 *
 * If no broker returns metadata, kafkajs drops the error and returns null, and its admin throws a TypeError as if there
 * were a bug. This patch throws the error of the last broker.
 */

type Answer = { decode: unknown; parse(data: unknown): Promise<unknown> };
type Metadata = {
  topicMetadata: {
    topicErrorCode: number;
    partitionMetadata: { partitionErrorCode: number; leader: number }[];
  }[];
};
type BrokerPool = {
  metadata: Metadata | null;
  metadataExpireAt: number;
  refreshMetadata(topics: string[]): Promise<void>;
  findBroker(node: { nodeId: string }): Promise<Broker>;
  withBroker(ask: (found: { nodeId: string; broker: Broker }) => Promise<unknown>): Promise<unknown>;
};
type Cluster = { brokerPool: BrokerPool; metadata(asked: { topics: string[] }): Promise<unknown> };
type Produced = { topics: { topicName: string; partitions: { partition: number; errorCode: number }[] }[] };
type ProduceRequest = { topicData: { topic: string; partitions: { partition: number }[] }[] };
type Broker = { produce(request: ProduceRequest): Promise<Produced> };

const load = createRequire(import.meta.url);
const inside = <T>(path: string) => load(`kafkajs/src/${path}`) as T;

/** The maximum age of metadata with a leaderless partition. */
const LEADERLESS_AGE_MS = 1_000;
const NO_LEADER = -1;
const NETWORK_EXCEPTION = 13;

const { createErrorFromCode } = inside<{ createErrorFromCode(code: number): { type?: string } }>(
  "protocol/error",
);

/** Returns Kafka's name of an error code, such as "MESSAGE_TOO_LARGE". */
export const errorTypeOf = (code: number): string => createErrorFromCode(code).type ?? `error ${code}`;

const answersOf = (request: string, versions: readonly number[]) =>
  versions.map((version) => inside<Answer>(`protocol/requests/${request}/v${version}/response`));

for (const answer of answersOf("metadata", [0, 1, 2, 3, 4, 5, 6])) {
  const { parse } = answer;
  answer.parse = (data) => parse(withoutPartitionErrors(data as Metadata));
}

for (const answer of answersOf("produce", [3, 4, 5, 6, 7])) answer.parse = async (data) => data;

const pool = inside<{ prototype: BrokerPool }>("cluster/brokerPool").prototype;
const refreshMetadata = pool.refreshMetadata;
pool.refreshMetadata = async function (this: BrokerPool, topics) {
  await refreshMetadata.call(this, topics);
  if (this.metadata?.topicMetadata.some(hasLeaderless))
    this.metadataExpireAt = Math.min(this.metadataExpireAt, Date.now() + LEADERLESS_AGE_MS);
};

/** The pool that holds each broker's metadata. */
const pools = new WeakMap<Broker, BrokerPool>();
const findBroker = pool.findBroker;
pool.findBroker = async function (this: BrokerPool, node) {
  const broker = await findBroker.call(this, node);
  pools.set(broker, this);
  return broker;
};

/** The error of the last broker that was asked, by pool. */
const failures = new WeakMap<BrokerPool, unknown>();
const withBroker = pool.withBroker;
pool.withBroker = function (this: BrokerPool, ask) {
  return withBroker.call(this, (found) =>
    ask(found).catch((error) => {
      failures.set(this, error);
      throw error;
    }),
  );
};

const cluster = inside<{ prototype: Cluster }>("cluster").prototype;
const metadata = cluster.metadata;
cluster.metadata = async function (this: Cluster, asked) {
  const answer = await metadata.call(this, asked);
  if (answer === null) throw failures.get(this.brokerPool);
  return answer;
};

const broker = inside<{ prototype: Broker }>("broker").prototype;
const produce = broker.produce;
broker.produce = async function (this: Broker, request) {
  const answer = await produce.call(this, request).catch((error: unknown) => unanswered(request, error));
  const pool = pools.get(this);
  if (pool && answer.topics.some(hasFailed)) pool.metadataExpireAt = 0;
  return answer;
};

const hasFailed = ({ partitions }: Produced["topics"][number]) =>
  partitions.some(({ errorCode }) => errorCode !== 0);

/** Returns an answer with NETWORK_EXCEPTION for each partition after a connection error. Rethrows any other error. */
function unanswered({ topicData }: ProduceRequest, error: unknown): Produced {
  if (!String((error as Error).name).startsWith("KafkaJSConnection")) throw error;
  const topics = topicData.map(({ topic, partitions }) => ({
    topicName: topic,
    partitions: partitions.map(({ partition }) => ({
      partition,
      errorCode: NETWORK_EXCEPTION,
      baseOffset: "-1",
    })),
  }));
  return { topics };
}

const hasLeaderless = ({ partitionMetadata }: Metadata["topicMetadata"][number]) =>
  partitionMetadata.some(({ leader }) => leader === NO_LEADER);

function withoutPartitionErrors(data: Metadata): Metadata {
  const topicMetadata = data.topicMetadata.map((topic) => ({
    ...topic,
    partitionMetadata: topic.partitionMetadata.map((partition) =>
      partition.partitionErrorCode === 0
        ? partition
        : { ...partition, partitionErrorCode: 0, leader: NO_LEADER },
    ),
  }));
  return { ...data, topicMetadata };
}
