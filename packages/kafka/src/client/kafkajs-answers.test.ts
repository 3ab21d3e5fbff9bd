import { createRequire } from "node:module";
import { expect, test } from "@jest/globals";
import { errorTypeOf } from "./kafkajs-answers.ts";

const load = createRequire(import.meta.url);
const parse = (answer: string, data: unknown) =>
  load(`kafkajs/src/protocol/requests/${answer}/response`).parse(data);

/** Kafka's error codes. */
const UNKNOWN_TOPIC = 3;
const NO_LEADER = 5;
const TOO_LARGE = 10;

const partition = (partitionId: number, partitionErrorCode: number, leader: number) => ({
  partitionId,
  partitionErrorCode,
  leader,
  replicas: [1, 2],
  isr: [],
});
const topic = (topicErrorCode: number, partitionMetadata: ReturnType<typeof partition>[]) => ({
  topicMetadata: [{ topic: "calls", topicErrorCode, partitionMetadata }],
});

test("metadata in which one partition has no leader is read and has the leaders of the other partitions", async () => {
  const read = await parse("metadata/v6", topic(0, [partition(0, 0, 1), partition(1, NO_LEADER, 2)]));
  expect(read).toEqual(topic(0, [partition(0, 0, 1), partition(1, 0, -1)]));
});

test("metadata of a missing topic keeps its error", async () => {
  await expect(parse("metadata/v6", topic(UNKNOWN_TOPIC, []))).rejects.toMatchObject({
    type: "UNKNOWN_TOPIC_OR_PARTITION",
  });
});

test("the answer to a batch keeps the error of each partition", async () => {
  const partitions = [
    { partition: 0, errorCode: 0, baseOffset: "7" },
    { partition: 1, errorCode: TOO_LARGE, baseOffset: "-1" },
  ];
  const answer = { topics: [{ topicName: "calls", partitions }] };
  expect(await parse("produce/v7", answer)).toEqual(answer);
  expect(errorTypeOf(TOO_LARGE)).toBe("MESSAGE_TOO_LARGE");
});

test("metadata with a leaderless partition expires after a second, other metadata at its own age", async () => {
  const BrokerPool = load("kafkajs/src/cluster/brokerPool");
  const ageOf = async (metadata: object) => {
    const broker = { metadata: async () => ({ ...metadata, brokers: [] }), isConnected: () => true };
    const pool = Object.assign(Object.create(BrokerPool.prototype), {
      brokers: {},
      metadataMaxAge: 300_000,
      seedBroker: { connectionPool: {} },
      findConnectedBroker: async () => broker,
      retrier: (run: (bail: (error: Error) => void) => Promise<void>) =>
        run((error) => {
          throw error;
        }),
    });
    await pool.refreshMetadata(["calls"]);
    return pool.metadataExpireAt - Date.now();
  };
  expect(await ageOf(topic(0, [partition(0, 0, -1)]))).toBeLessThanOrEqual(1_000);
  expect(await ageOf(topic(0, [partition(0, 0, 1)]))).toBeGreaterThan(60_000);
});

/** Sends a batch by a broker of a pool, where `send` answers the request. */
async function produceBy(send: () => Promise<unknown>) {
  const [{ prototype: broker }, { prototype: pool }] = [
    load("kafkajs/src/broker"),
    load("kafkajs/src/cluster/brokerPool"),
  ];
  const own = Object.assign(Object.create(broker), {
    lookupRequest: () => () => ({}),
    connectionPool: { send, isConnected: () => true, destroy: async () => {} },
  });
  const owner = Object.assign(Object.create(pool), { brokers: { 1: own }, metadataExpireAt: 9 });
  const topicData = [{ topic: "calls", partitions: [{ partition: 3 }, { partition: 5 }] }];
  const answer = (await owner.findBroker({ nodeId: 1 })).produce({ topicData });
  return { answer: await answer, metadataExpireAt: owner.metadataExpireAt };
}
const connectionError = (name: string) => Object.assign(new Error("gone"), { name });

test.each(["KafkaJSConnectionError", "KafkaJSConnectionClosedError"])(
  "if a broker does not answer a batch (%s), only its own partitions fail, and the metadata is fetched again",
  async (name) => {
    const { answer, metadataExpireAt } = await produceBy(() => Promise.reject(connectionError(name)));
    const partitions = [3, 5].map((partition) => ({ partition, errorCode: 13, baseOffset: "-1" }));
    expect([answer, metadataExpireAt]).toEqual([{ topics: [{ topicName: "calls", partitions }] }, 0]);
    expect(errorTypeOf(13)).toBe("NETWORK_EXCEPTION");
  },
);

test("metadata is fetched again after a partition failed, and is kept if none failed", async () => {
  const answered = (errorCode: number) => async () => ({
    topics: [{ topicName: "calls", partitions: [{ partition: 3, errorCode, baseOffset: "0" }] }],
  });
  expect((await produceBy(answered(NO_LEADER))).metadataExpireAt).toBe(0);
  expect((await produceBy(answered(0))).metadataExpireAt).toBe(9);
});

test("an error that is not a connection error is rethrown", async () => {
  await expect(produceBy(() => Promise.reject(new TypeError("a bug")))).rejects.toThrow("a bug");
});

test("if no broker returns metadata, the error of the last broker is thrown", async () => {
  const [Cluster, BrokerPool] = [load("kafkajs/src/cluster"), load("kafkajs/src/cluster/brokerPool")];
  const unknown = Object.assign(new Error("no such topic"), { type: "UNKNOWN_TOPIC_OR_PARTITION" });
  const asked: string[] = [];
  const broker = (id: string) => ({
    metadata: async () => {
      asked.push(id);
      throw unknown;
    },
  });
  const brokerPool = Object.assign(Object.create(BrokerPool.prototype), {
    brokers: { 1: broker("1"), 2: broker("2") },
    connectBroker: async () => {},
    refreshMetadataIfNecessary: async () => {},
  });
  const retrier = (run: (bail: () => void) => Promise<unknown>) => run(() => {});
  const cluster = Object.assign(Object.create(Cluster.prototype), { brokerPool, retrier });
  await expect(cluster.metadata({ topics: ["calls"] })).rejects.toBe(unknown);
  expect(asked.sort()).toEqual(["1", "2"]);
  brokerPool.brokers[2].metadata = async () => "found";
  expect(await cluster.metadata({ topics: ["calls"] })).toBe("found");
});
