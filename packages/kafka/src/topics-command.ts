import {
  createLog,
  InvalidConfig,
  kafkaSettings,
  readConfig,
  registrySettings,
  topicsSettings,
} from "@teravoz/runtime";
import { schemas } from "@teravoz/schemas";
import { Command } from "commander";
import type { Admin } from "kafkajs";
import { createClient } from "./client.ts";
import { findMissingSchemas, registerSchemas } from "./registry.ts";
import { restoreSchemas, witnessesOfLog } from "./restore-schemas.ts";
import {
  ensureTopics,
  findRegistryFaults,
  findTopicFaults,
  keepRegistryTopics,
  topicNames,
  topicSettings,
  withAdmin,
} from "./topics.ts";

/** Acknowledged by two of three brokers, a record survives the loss of one. */
const DEFAULT_REPLICATION = 3;

export const settings = {
  ...kafkaSettings,
  ...registrySettings,
  ...topicsSettings,
} as const;

async function main(): Promise<void> {
  const { check } = new Command("topics")
    .description("Creates the topics and registers the schemas; safe to run again at any time.")
    .option("--check", "change nothing, only say what is missing (exit 1 if anything is)")
    .parse()
    .opts<{ check?: boolean }>();
  const config = readConfig(settings, process.env);
  const topics = topicNames(config.TOPIC_PREFIX);
  const client = createClient({ config, clientId: "teravoz-topics", log: createLog("topics", "silent") });
  if (check) {
    const faults = [
      ...(await withAdmin(client, async (admin) => [
        ...(await findTopicFaults(admin, topics)),
        ...(await findRegistryFaults(admin, config.SCHEMA_REGISTRY_TOPICS)),
      ])),
      ...(await findMissingSchemas(config, topics)),
    ];
    for (const fault of faults) say(fault);
    if (faults.length === 0)
      say(`${Object.keys(topicSettings(topics)).length} topics and their schemas are as they should be`);
    process.exitCode = faults.length === 0 ? 0 : 1;
    return;
  }
  await withAdmin(client, async (admin) => {
    const replicas = config.KAFKA_REPLICATION_FACTOR ?? (await possibleReplication(admin));
    const created = await ensureTopics(admin, topics, replicas);
    for (const topic of Object.keys(topicSettings(topics)))
      say(`topic ${topic}: ${created.includes(topic) ? "created" : "there"}`);
    for (const topic of await keepRegistryTopics(admin, config.SCHEMA_REGISTRY_TOPICS))
      say(`topic ${topic} of the registry: keeps everything`);
  });
  // at a registry that lost its data each schema gets its id again where it can
  const witnesses = await witnessesOfLog(client, topics, schemas).catch(() => []);
  await restoreSchemas({ config, topics, schemas, witnesses, spreadMs: 0 });
  for (const subject of await registerSchemas(config, topics)) say(`schema ${subject}: registered`);
}

async function possibleReplication(admin: Admin): Promise<number> {
  const { brokers } = await admin.describeCluster();
  if (brokers.length < DEFAULT_REPLICATION)
    say(
      `warning: ${brokers.length} broker(s): each record is kept ${brokers.length} time(s), production wants ${DEFAULT_REPLICATION}`,
    );
  return Math.min(DEFAULT_REPLICATION, brokers.length);
}

const say = (line: string) => process.stdout.write(`${line}\n`);

main().catch((error) => {
  const hint =
    error instanceof InvalidConfig
      ? ""
      : "\nAre Kafka and the schema registry up, and KAFKA_BROKERS and SCHEMA_REGISTRY_URL right?";
  process.stderr.write(`topics: ${error.message}${hint}\n`);
  process.exit(1);
});
