import { expect, test } from "@jest/globals";
import type { Admin } from "kafkajs";
import {
  ensureTopics,
  findRegistryFaults,
  findTopicFaults,
  PARTITIONS,
  topicNames,
  topicSettings,
} from "./topics.ts";

const names = topicNames("p.");
const all = Object.values(names);

type Options = {
  copies?: number;
  /**
   * Settings that the brokers show for each topic in addition to those that it must have. Null = the setting is not
   * shown.
   */
  shown?: Record<string, string | null>;
  denied?: string;
  /** The number of requests that reach a broker that does not know the topics yet. */
  unknown?: number;
};

/** Creates an admin of brokers that have all topics. */
function createAdmin({ copies = 1, shown = {}, denied, unknown = 0 }: Options): Admin {
  const replicas = Array(copies).fill(1);
  const partitions = Array.from({ length: PARTITIONS }, () => ({ replicas, isr: replicas, leader: 1 }));
  const settingsOf = (topic: string) =>
    Object.entries({
      ...topicSettings(names)[topic],
      "min.insync.replicas": String(Math.max(1, copies - 1)),
      "flush.messages": copies === 1 ? "1" : "9223372036854775807",
      ...shown,
    }).filter(([, value]) => value !== null);
  const describeConfigs = async ({ resources }: { resources: { name: string }[] }) => {
    if (unknown-- > 0) throw Object.assign(new Error("unknown"), { type: "UNKNOWN_TOPIC_OR_PARTITION" });
    if (denied) throw Object.assign(new Error(denied), { type: denied });
    const described = resources.map(({ name }) => ({
      resourceName: name,
      configEntries: settingsOf(name).map(([configName, configValue]) => ({ configName, configValue })),
    }));
    return { resources: described };
  };
  const fetchTopicMetadata = async ({ topics }: { topics: string[] }) => ({
    topics: topics.map((name) => ({ name, partitions })),
  });
  return { listTopics: async () => all, fetchTopicMetadata, describeConfigs } as unknown as Admin;
}

test("topics are created even if some brokers do not know them yet", async () => {
  await expect(ensureTopics(createAdmin({ unknown: 3 }), names, 1)).resolves.toEqual([]);
  const denied = "REQUEST_TIMED_OUT";
  await expect(ensureTopics(createAdmin({ denied }), names, 1)).rejects.toThrow(denied);
});

const faultsOf = (options: Options) => findTopicFaults(createAdmin(options), names);
const DAY_MS = 86_400_000;

test("brokers that hide some or all settings of the topics are not a fault", async () => {
  expect(await faultsOf({ denied: "TOPIC_AUTHORIZATION_FAILED" })).toEqual([]);
  expect(await faultsOf({ denied: "CLUSTER_AUTHORIZATION_FAILED" })).toEqual([]);
  expect(await faultsOf({ shown: { "flush.messages": null, "compression.type": null } })).toEqual([]);
  await expect(faultsOf({ denied: "REQUEST_TIMED_OUT" })).rejects.toThrow("REQUEST_TIMED_OUT");
});

test.each([
  ["min.insync.replicas", "3"],
  ["compression.type", "gzip"],
  ["compression.type", "uncompressed"],
])("%s=%s is accepted", async (name, value) => {
  expect(await faultsOf({ copies: 3, shown: { [name]: value } })).toEqual([]);
});

test.each([
  ["min.insync.replicas", "1"],
  ["compression.type", "zstd"],
  ["compression.type", "lz4"],
  ["min.compaction.lag.ms", String(6 * DAY_MS)],
  ["max.compaction.lag.ms", String(15 * DAY_MS)],
  // shorter than the time that records must be kept
  ["max.compaction.lag.ms", String(DAY_MS)],
  ["segment.ms", String(2 * DAY_MS)],
  // longer than an erasure receipt promises
  ["retention.ms", "-1"],
  ["unclean.leader.election.enable", "true"],
])("%s=%s is a fault", async (name, value) => {
  expect(await faultsOf({ copies: 3, shown: { [name]: value } })).not.toEqual([]);
});

test("a topic with one copy must flush each batch, and a topic with several need not", async () => {
  const shown = { "flush.messages": "9223372036854775807" };
  expect(await faultsOf({ copies: 3, shown })).toEqual([]);
  expect(await faultsOf({ copies: 1, shown })).toContain(
    `topic ${names.callEvents} has flush.messages=9223372036854775807, not 1`,
  );
});

test.each([
  [
    "cleanup.policy=delete and a retention time",
    false,
    { "cleanup.policy": "delete", "retention.ms": "604800000" },
  ],
  [
    "cleanup.policy=delete and a retention size",
    false,
    { "cleanup.policy": "delete", "retention.bytes": "1048576" },
  ],
  [
    "cleanup.policy=compact,delete and a retention time",
    false,
    { "cleanup.policy": "compact,delete", "retention.ms": "604800000" },
  ],
  ["cleanup.policy=delete and no retention", true, { "cleanup.policy": "delete" }],
  ["cleanup.policy=compact alone", true, { "cleanup.policy": "compact", "retention.ms": "604800000" }],
])("a topic of the registry with %s keeps all records: %s", async (_case, keepsAll, shown) => {
  const unlimited = { "retention.ms": "-1", "retention.bytes": "-1" };
  const admin = createAdmin({ copies: 3, shown: { ...unlimited, ...shown } });
  const faults = await findRegistryFaults(admin, [names.callChanges]);
  expect(faults.length === 0).toBe(keepsAll);
});

test("a registry whose topics are not in this cluster is not a fault", async () => {
  expect(await findRegistryFaults(createAdmin({}), ["kafkasql-journal"])).toEqual([]);
});
