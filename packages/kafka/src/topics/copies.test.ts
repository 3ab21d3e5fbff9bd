import { expect, jest, test } from "@jest/globals";
import { createHealth, createLog } from "@teravoz/runtime";
import type { Admin } from "kafkajs";
import type { KafkaClient } from "../client/client.ts";
import { copiesWanted, findCopyFaults, raiseCopies } from "./copies.ts";
import { ensureTopics, PARTITIONS, topicNames } from "./topics.ts";
import { findRisks, topicsCheck } from "./topics-check.ts";

type Partition = { partitionId: number; leader: number; replicas: number[]; isr: number[] };
type Topics = Record<string, Partition[]>;

/** Creates an admin of brokers that complete every reassignment a moment after it was requested. */
function createAdmin(brokers: number[], topics: Topics, shown: Record<string, string> = {}) {
  const admin = {
    describeCluster: async () => ({ brokers: brokers.map((nodeId) => ({ nodeId })) }),
    listTopics: async () => Object.keys(topics),
    fetchTopicMetadata: async (asked?: { topics: string[] }) => ({
      topics: (asked?.topics ?? Object.keys(topics)).map((name) => ({ name, partitions: topics[name] })),
    }),
    describeConfigs: async ({ resources }: { resources: { name: string }[] }) => ({
      resources: resources.map(({ name }) => ({
        resourceName: name,
        configEntries: Object.entries(shown).map(([configName, configValue]) => ({
          configName,
          configValue,
        })),
      })),
    }),
    createTopics: async () => {
      throw new Error("created");
    },
    alterPartitionReassignments: async ({
      topics: reassigned,
    }: {
      topics: { topic: string; partitionAssignment: { partition: number; replicas: number[] }[] }[];
    }) => {
      for (const { topic, partitionAssignment } of reassigned)
        for (const { partition, replicas } of partitionAssignment) {
          const found = topics[topic]![partition]!;
          found.replicas = replicas;
          setTimeout(() => {
            found.isr = replicas;
          });
        }
    },
  };
  return admin as unknown as Admin;
}

const partition = (partitionId: number, replicas: number[], isr = replicas): Partition => ({
  partitionId,
  leader: replicas[0]!,
  replicas: [...replicas],
  isr: [...isr],
});

const config = (asked: number | null, ...addresses: string[]) => ({
  KAFKA_REPLICATION_FACTOR: asked,
  KAFKA_BROKERS: addresses.length > 0 ? addresses : ["one:9092"],
});

test("a partition with fewer copies than wanted is a fault, and so is a copy that is unavailable or behind", async () => {
  const topics = {
    few: [partition(0, [1, 2, 3]), partition(1, [2])],
    behind: [partition(0, [1, 2, 3], [1, 2]), partition(1, [3, 1, 2], [1])],
    well: [partition(0, [1, 2, 3])],
  };
  const found = (copies: number) =>
    findCopyFaults(createAdmin([1, 2, 3], topics), Object.keys(topics), copies);
  const behind = "topic behind: 2 of 2 partitions have a copy that is unavailable or behind, on broker 2, 3";
  expect(await found(3)).toEqual(["topic few has 1 of 3 copies", behind]);
  expect(await found(1)).toEqual([behind]);
});

test.each([
  ["the configured number, however many brokers are up", 2, config(2), [1], {}],
  ["1 if there is one broker and no sign of another", 1, config(null), [1], { own: [partition(0, [1])] }],
  ["3 if two brokers are up", 3, config(null), [1, 2], {}],
  ["3 if an unavailable broker has copies", 3, config(null), [1], { other: [partition(0, [1, 2])] }],
  ["3 if several brokers are configured and one is up", 3, config(null, "one:9092", "two:9092"), [1], {}],
])("the wanted number of copies is %s", async (_case, copies, asked, brokers, topics) => {
  expect(await copiesWanted(createAdmin(brokers, topics), asked)).toBe(copies);
});

test("raising copies keeps the existing ones, spreads the new ones evenly and waits until all are in sync", async () => {
  const topics = {
    one: [1, 2, 3, 4].map((broker, n) => partition(n, [broker])),
    enough: [partition(0, [4, 3, 2])],
  };
  const lines: string[] = [];
  const admin = createAdmin([1, 2, 3, 4], topics);
  const asked = { topics: ["one", "enough"], copies: 3, say: (line: string) => void lines.push(line) };
  expect(await raiseCopies(admin, asked)).toEqual(["one"]);
  expect(topics.one.map(({ replicas }) => replicas[0])).toEqual([1, 2, 3, 4]);
  expect(topics.enough[0]!.replicas).toEqual([4, 3, 2]);
  const all = [...topics.one, ...topics.enough].flatMap(({ replicas }) => replicas);
  const counts = [1, 2, 3, 4].map((broker) => all.filter((each) => each === broker).length);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  expect(topics.one.every(({ replicas, isr }) => replicas.length === 3 && isr.length === 3)).toBe(true);
  expect(lines.at(-1)).toBe("copies: 4 of 4 partitions have 3");
  expect(await raiseCopies(admin, asked)).toEqual([]);
});

test("if fewer brokers are up than copies are wanted, nothing is created or moved, and the error names the setting that accepts fewer", async () => {
  const names = topicNames("p.");
  const topics = Object.fromEntries(Object.values(names).map((name) => [name, [partition(0, [1])]]));
  const refused = "set KAFKA_REPLICATION_FACTOR";
  await expect(ensureTopics(createAdmin([1, 2], {}), names, 3)).rejects.toThrow(refused);
  await expect(ensureTopics(createAdmin([1, 2], topics), names, 3)).rejects.toThrow(refused);
  expect(topics[names.callEvents]![0]!.replicas).toEqual([1]);
});

test("the listed risks include too few copies of our topics, of the registry's topics and of the offsets topic, and topics that cannot be written", async () => {
  const names = topicNames("p.");
  const all = [...Object.values(names), "journal", "__consumer_offsets", "stranger"];
  const topics = Object.fromEntries(all.map((name) => [name, [partition(0, [1, 2])]]));
  const admin = createAdmin([1, 2, 3], topics, { "min.insync.replicas": "3" });
  const asked = { ...config(null), SCHEMA_REGISTRY_TOPICS: ["journal", "absent"] };
  const risks = await findRisks(admin, names, asked);
  for (const name of all.slice(0, -1)) expect(risks).toContain(`topic ${name} has 2 of 3 copies`);
  expect(risks.join()).not.toContain("stranger");
  expect(risks).toContain(
    `topic ${names.callEvents} accepts no records: min.insync.replicas=3, but it has 2 copies`,
  );
});

test("too few copies are tolerated: the service stays ready, and the topic is named and logged once; a missing topic makes it unavailable", async () => {
  jest.useFakeTimers();
  const names = topicNames("p.");
  const copies = Array.from({ length: PARTITIONS }, (_, n) => partition(n, [1]));
  const topics: Topics = Object.fromEntries(Object.values(names).map((name) => [name, copies]));
  const admin = { ...createAdmin([1], topics), connect: async () => {}, disconnect: async () => {} };
  const client = { open: () => ({ admin: () => admin }) } as unknown as KafkaClient;
  const warnings: unknown[] = [];
  const log = createLog("test", "warn", { write: (line) => void warnings.push(JSON.parse(line)) });
  const health = createHealth();
  const asked = { ...config(3), SCHEMA_REGISTRY_TOPICS: [] };
  health.add("topics", topicsCheck({ client, topics: names, config: asked, log }));
  await jest.advanceTimersByTimeAsync(200_000);
  const reason = expect.stringContaining(`topic ${names.callEvents} has 1 of 3 copies`);
  expect(await health.report()).toEqual({
    status: "ok",
    checks: { topics: { ok: false, tolerated: true, reason } },
  });
  expect(warnings).toMatchObject([{ msg: "the topics are not as safe as they should be", reason }]);
  delete topics[names.callEvents];
  await jest.advanceTimersByTimeAsync(60_000);
  expect(await health.report()).toMatchObject({
    status: "unavailable",
    checks: { topics: { reason: expect.stringContaining(`topic ${names.callEvents} is missing`) } },
  });
  jest.useRealTimers();
});
