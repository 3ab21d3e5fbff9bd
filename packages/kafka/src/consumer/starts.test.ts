import { createRequire } from "node:module";
import { expect, test } from "@jest/globals";
import type { Admin } from "kafkajs";
import { findStart, readPartitionOffsets, withoutOffsets } from "./starts.ts";

const start = (position: number | null, committed: number | null, low = 0, high = 100) =>
  findStart({ position, committed, low, high });

test("reading continues at the stored position", () => {
  expect(start(40, 40)).toBe(40);
  expect(start(40, null)).toBe(40);
});

test("a restored backup is read from its own position, however far ahead Kafka's offset is", () => {
  expect(start(40, 90)).toBe(40);
  expect(start(null, 90)).toBe(0);
});

test("records that were stored but not committed to Kafka are read again, so that their notices are sent", () => {
  expect(start(40, 30)).toBe(30);
});

test("reading starts no lower than the first offset of the log", () => {
  expect(start(40, 30, 35)).toBe(35);
  expect(start(40, 40, 60)).toBe(60);
  expect(start(null, null, 60)).toBe(60);
});

test("a position beyond the end of the log gives no start", () => {
  expect(start(101, 100)).toBeNull();
  expect(start(100, 100)).toBe(100);
});

/** Creates a cluster of kafkajs that has a topic with two partitions, one of them without a leader. */
function createCluster() {
  const { prototype } = createRequire(import.meta.url)("kafkajs/src/cluster") as {
    prototype: { fetchTopicsOffset(topics: object[]): Promise<object[]> };
  };
  const listOffsets = async ({
    topics,
  }: {
    topics: { topic: string; partitions: { partition: number }[] }[];
  }) => ({
    responses: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition, offset: "7" })),
    })),
  });
  return Object.assign(Object.create(prototype), {
    findTopicPartitionMetadata: (topic: string) =>
      topic === "t"
        ? [
            { partitionId: 0, leader: 1 },
            { partitionId: 1, leader: -1 },
          ]
        : [{ partitionId: 0, leader: -1 }],
    findBroker: async ({ nodeId }: { nodeId: string }) => {
      if (nodeId === "-1") throw new Error("KafkaJSBrokerNotFound");
      return { listOffsets };
    },
  }) as typeof prototype;
}

test("the offsets of a topic are read for every partition that has a leader", async () => {
  const partitions = [{ partition: 0 }, { partition: 1 }];
  const asked = [
    { topic: "t", fromBeginning: false, partitions },
    { topic: "u", fromBeginning: false, partitions: [{ partition: 0 }] },
  ];
  expect(await createCluster().fetchTopicsOffset(asked)).toEqual([
    { topic: "t", partitions: [{ partition: 0, offset: "7" }] },
    { topic: "u", partitions: [] },
  ]);
});

test("partitions without a leader are left out of the offsets of a topic and remain to be read", async () => {
  const admin = {
    fetchTopicOffsets: async () => [{ partition: 0, low: "0", high: "7", offset: "7" }],
    fetchOffsets: async () => [{ topic: "t", partitions: [{ partition: 0, offset: "-1" }] }],
  };
  const asked = { admin: admin as unknown as Admin, groupId: "g", position: async () => null };
  const offsets = await readPartitionOffsets(asked, { t: [0, 1] });
  expect(offsets).toMatchObject([
    { topic: "t", partition: 0, position: null, committed: null, low: 0, high: 7 },
  ]);
  expect(withoutOffsets({ t: [0, 1], u: [] }, offsets)).toEqual({ t: [1] });
});
