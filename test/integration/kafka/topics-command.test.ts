import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { createClient, topicNames, withAdmin } from "@teravoz/kafka";
import { createLog, kafkaSettings, readConfig } from "@teravoz/runtime";
import { ROOT } from "@teravoz/stack";

const prefix = `test-${randomBytes(4).toString("hex")}.`;
const topics = Object.values(topicNames(prefix));

afterAll(async () => {
  const config = readConfig(kafkaSettings, process.env);
  const client = createClient({ config, clientId: "test", log: createLog("test", "silent") });
  const made = [...topics, ofRegistry.journal, ofRegistry.compacted];
  await withAdmin(client, (admin) => admin.deleteTopics({ topics: made }));
});

type CommandRun = { code: number; said: string };

function run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<CommandRun> {
  const command = [join(ROOT, "packages/kafka/src/topics/topics-command.ts"), ...args];
  const options = { env: { ...process.env, TOPIC_PREFIX: prefix, ...env } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, said: stdout + stderr }),
    );
  });
}

test("`topics` creates missing topics, a second run changes nothing, and `--check` only reports", async () => {
  const before = await run(["--check"]);
  expect(before.code).toBe(1);
  for (const topic of topics) expect(before.said).toContain(`topic ${topic} is missing`);
  expect(before.said).toContain("is not registered");

  const created = await run([]);
  expect([created.code, created.said]).toEqual([0, expect.stringContaining(`topic ${topics[0]}: created`)]);
  const again = await run([]);
  expect([again.code, again.said]).toEqual([0, expect.stringContaining(`topic ${topics[0]}: exists`)]);
  expect(await run(["--check"])).toEqual({ code: 0, said: expect.stringContaining("as they should be") });
});

/** The resource type of a topic in kafkajs. */
const TOPIC = 2;
const ofRegistry = {
  journal: `${prefix}journal`,
  compacted: `${prefix}compacted`,
  absent: `${prefix}absent`,
};

async function withBrokers<T>(
  run: (admin: Parameters<Parameters<typeof withAdmin>[1]>[0]) => Promise<T>,
): Promise<T> {
  const config = readConfig(kafkaSettings, process.env);
  const client = createClient({ config, clientId: "test", log: createLog("test", "silent") });
  return withAdmin(client, run);
}

const settingsOf = (topic: string): Promise<Record<string, string>> =>
  withBrokers(async (admin) => {
    const resources = [{ type: TOPIC, name: topic }];
    const { resources: described } = await admin.describeConfigs({ includeSynonyms: false, resources });
    return Object.fromEntries(
      described[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]),
    );
  });

test("`topics` sets a registry topic to keep everything, and `--check` names one that deletes and accepts a compacted or absent one", async () => {
  const { journal, compacted, absent } = ofRegistry;
  const topicOf = (topic: string, settings: Record<string, string> = {}) => ({
    topic,
    numPartitions: 1,
    replicationFactor: 1,
    configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
  });
  const shared = { "flush.messages": "1" };
  await withBrokers((admin) =>
    admin.createTopics({
      topics: [
        topicOf(journal, { ...shared, "max.message.bytes": "2000000" }),
        topicOf(compacted, { ...shared, "cleanup.policy": "compact" }),
      ],
    }),
  );
  const env = { SCHEMA_REGISTRY_TOPICS: Object.values(ofRegistry).join() };
  const before = await run(["--check"], env);
  expect([before.code, before.said]).toEqual([
    1,
    expect.stringContaining(`topic ${journal} has retention.ms=604800000, not -1`),
  ]);
  expect(before.said).not.toContain(compacted);
  expect(before.said).not.toContain(absent);
  expect(await run([], env)).toMatchObject({
    code: 0,
    said: expect.stringContaining(`topic ${journal} of the registry`),
  });
  expect(await settingsOf(journal)).toMatchObject({ "retention.ms": "-1", "max.message.bytes": "2000000" });
  expect(await settingsOf(compacted)).toMatchObject({
    "cleanup.policy": "compact",
    "retention.ms": "604800000",
  });
  expect(await run(["--check"], env)).toMatchObject({ code: 0 });
});

test("`topics` sets the journal of the running registry to keep everything, under its default name", async () => {
  expect((await run([])).said).toContain("topic kafkasql-journal of the registry: keeps all records");
  for (const topic of ["kafkasql-journal", "kafkasql-snapshots"])
    expect(await settingsOf(topic)).toMatchObject({ "retention.ms": "-1", "retention.bytes": "-1" });
});

test("`topics` names the setting to check if no broker answers, and each wrong setting", async () => {
  const nowhere = await run([], { KAFKA_BROKERS: "127.0.0.1:1" });
  expect([nowhere.code, nowhere.said]).toEqual([1, expect.stringContaining("KAFKA_BROKERS")]);
  const wrong = await run([], { KAFKA_BROKERS: "nonsense", KAFKA_TLS: "perhaps" });
  expect(wrong.code).toBe(1);
  for (const name of ["KAFKA_BROKERS", "KAFKA_TLS"]) expect(wrong.said).toContain(`${name}: `);
});
