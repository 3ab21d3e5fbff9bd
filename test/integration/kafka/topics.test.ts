import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  ensureTopics,
  findMissingSchemas,
  findTopicFaults,
  openRegistry,
  PARTITIONS,
  registerSchema,
  registerSchemas,
  topicNames,
  withAdmin,
} from "@teravoz/kafka";
import { schemas } from "@teravoz/schemas";
import { eventually } from "../../support/eventually.ts";
import { openTopics, type TestTopics } from "../../support/stack/kafka.ts";

let opened: TestTopics;
beforeAll(async () => {
  opened = await openTopics();
});
afterAll(() => opened.close());

const DAY_MS = 86_400_000;

test("the topics have the partitions and policies of the contract, and a second run changes nothing", async () => {
  const { client, topics, config } = opened;
  await withAdmin(client, async (admin) => {
    expect(await ensureTopics(admin, topics, 1)).toEqual([]);
    expect(await findTopicFaults(admin, topics)).toEqual([]);
    const { topics: found } = await admin.fetchTopicMetadata({ topics: Object.values(topics) });
    expect(found.map(({ partitions }) => partitions.length)).toEqual(Array(5).fill(PARTITIONS));
    const [events] = (
      await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: 2, name: topics.callEvents }],
      })
    ).resources;
    const settings = Object.fromEntries(
      events!.configEntries.map(({ configName, configValue }) => [configName, configValue]),
    );
    expect(settings).toMatchObject({
      "cleanup.policy": "compact",
      "min.compaction.lag.ms": String(7 * DAY_MS),
      "max.compaction.lag.ms": String(14 * DAY_MS),
      "delete.retention.ms": String(14 * DAY_MS),
      "segment.ms": String(DAY_MS),
      "message.timestamp.type": "LogAppendTime",
      "unclean.leader.election.enable": "false",
    });
  });
  await registerSchemas(config, topics);
  expect(await findMissingSchemas(config, topics)).toEqual([]);
});

test("a topic that is missing, or has another policy or partition count, is named", async () => {
  const names = topicNames(`${opened.prefix}other.`);
  await withAdmin(opened.client, async (admin) => {
    expect(await findTopicFaults(admin, names)).toContain(`topic ${names.callEvents} is missing`);
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic: names.callEvents, numPartitions: 3 }],
    });
    await eventually(async () => {
      const faults = await findTopicFaults(admin, names);
      expect(faults).toContain(`topic ${names.callEvents} has 3 partitions, not ${PARTITIONS}`);
      expect(faults).toContain(`topic ${names.callEvents} has cleanup.policy=delete, not compact`);
    });
    await expect(ensureTopics(admin, names, 1)).rejects.toThrow("has 3 partitions");
    await admin.deleteTopics({ topics: Object.values(names) });
  });
});

test("a changed policy is corrected, and other settings stay", async () => {
  const { client, topics } = opened;
  const resource = { type: 2, name: topics.deadLetters };
  const configEntries = [
    { name: "cleanup.policy", value: "compact" },
    { name: "max.message.bytes", value: "2000000" },
  ];
  await withAdmin(client, async (admin) => {
    const settingOf = async (name: string) => {
      const described = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] });
      return described.resources[0]!.configEntries.find(({ configName }) => configName === name)?.configValue;
    };
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
    await eventually(async () => expect(await settingOf("cleanup.policy")).toBe("compact"));
    await ensureTopics(admin, topics, 1);
    await eventually(async () => expect(await settingOf("cleanup.policy")).toBe("delete"));
    expect(await settingOf("message.timestamp.type")).toBe("LogAppendTime");
    expect(await settingOf("max.message.bytes")).toBe("2000000");
  });
});

/** Alters settings of a topic, which is resource type 2 in kafkajs. */
const alter = (topic: string, settings: Record<string, string>) =>
  withAdmin(opened.client, (admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: 2,
          name: topic,
          configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
        },
      ],
    }),
  );

const settingsOf = async (topic: string): Promise<Record<string, string>> => {
  const described = await withAdmin(opened.client, (admin) =>
    admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: topic }] }),
  );
  return Object.fromEntries(
    described.resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]),
  );
};

test("a compression codec that our consumers cannot read is a fault, and is corrected", async () => {
  const { client, topics } = opened;
  const topic = topics.callEvents;
  await alter(topic, { "cleanup.policy": "compact", "compression.type": "zstd" });
  const faults = () => withAdmin(client, (admin) => findTopicFaults(admin, topics));
  await eventually(async () =>
    expect(await faults()).toContain(`topic ${topic} has compression.type=zstd, not producer`),
  );
  await withAdmin(client, (admin) => ensureTopics(admin, topics, 1));
  expect(await settingsOf(topic)).toMatchObject({ "compression.type": "producer" });
});

test("settings that are stricter than required are accepted and kept", async () => {
  const { client, topics } = opened;
  const stricter = {
    "min.insync.replicas": "2",
    "min.compaction.lag.ms": String(8 * DAY_MS),
    "max.compaction.lag.ms": String(10 * DAY_MS),
    "segment.ms": String(DAY_MS / 2),
    "compression.type": "gzip",
  };
  const before = await settingsOf(topics.agentEvents);
  const kept = [
    "cleanup.policy",
    "delete.retention.ms",
    "message.timestamp.type",
    "unclean.leader.election.enable",
    "flush.messages",
  ];
  const same = Object.fromEntries(kept.map((name) => [name, before[name]!]));
  await alter(topics.agentEvents, { ...same, ...stricter });
  await alter(topics.callChanges, {
    "message.timestamp.type": "LogAppendTime",
    "unclean.leader.election.enable": "false",
    "flush.messages": "1",
    "retention.ms": String(2 * DAY_MS),
  });
  await eventually(async () => expect(await settingsOf(topics.agentEvents)).toMatchObject(stricter));
  await withAdmin(client, async (admin) => {
    await eventually(async () => expect(await findTopicFaults(admin, topics)).toEqual([]));
    await ensureTopics(admin, topics, 1);
  });
  expect(await settingsOf(topics.agentEvents)).toMatchObject(stricter);
});

test("the registry refuses a schema that is not compatible with the registered one", async () => {
  const { config, topics } = opened;
  const registry = openRegistry(config);
  const schema = JSON.parse(schemas.CallEvent);
  const withField = (field: object) => JSON.stringify({ ...schema, fields: [...schema.fields, field] });
  const subject = `${topics.callEvents}-value`;
  await expect(
    registerSchema(registry, config, subject, withField({ name: "must", type: "string" })),
  ).rejects.toThrow();
  await expect(
    registerSchema(registry, config, subject, withField({ name: "may", type: "string", default: "" })),
  ).resolves.toBeGreaterThan(0);
});
