import {
  createLog,
  InvalidConfig,
  kafkaSettings,
  readConfig,
  registrySettings,
  wholeNumber,
} from "@teravoz/runtime";
import { Command } from "commander";
import type { Admin } from "kafkajs";
import { createClient } from "./client.ts";
import { findMissingSchemas, registerSchemas } from "./registry.ts";
import { ensureTopics, findTopicFaults, topicNames, topicSettings, withAdmin } from "./topics.ts";

/** Acknowledged by two of three brokers, a record survives the loss of one. */
const DEFAULT_REPLICATION = 3;

export const settings = {
  ...kafkaSettings,
  ...registrySettings,
  KAFKA_REPLICATION_FACTOR: {
    schema: wholeNumber(1, 9),
    optional: true,
    doc: "copies of each partition (default 3, or the number of brokers if fewer)",
  },
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
      ...(await withAdmin(client, (admin) => findTopicFaults(admin, topics))),
      ...(await findMissingSchemas(config, topics)),
    ];
    for (const fault of faults) say(fault);
    if (faults.length === 0)
      say(`${Object.keys(topicSettings(topics)).length} topics and their schemas are as they should be`);
    process.exitCode = faults.length === 0 ? 0 : 1;
    return;
  }
  const created = await withAdmin(client, async (admin) =>
    ensureTopics(admin, topics, config.KAFKA_REPLICATION_FACTOR ?? (await possibleReplication(admin))),
  );
  for (const topic of Object.keys(topicSettings(topics)))
    say(`topic ${topic}: ${created.includes(topic) ? "created" : "there"}`);
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
