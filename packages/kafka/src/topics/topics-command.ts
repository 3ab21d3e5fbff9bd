import {
  type Config,
  createLog,
  InvalidConfig,
  kafkaSettings,
  readConfig,
  registrySettings,
  topicsSettings,
} from "@teravoz/runtime";
import { schemas } from "@teravoz/schemas";
import { Command } from "commander";
import { createClient, type KafkaClient } from "../client/client.ts";
import { findMissingSchemas, registerSchemas } from "../schemas/registry.ts";
import { restoreSchemas, witnessesOfLog } from "../schemas/restore-schemas.ts";
import { copiesWanted, Refusal, raiseCopies } from "./copies.ts";
import {
  ensureTopics,
  findTopicFaults,
  keepRegistryTopics,
  presentOf,
  type TopicNames,
  topicNames,
  topicSettings,
  withAdmin,
} from "./topics.ts";
import { findRisks, OFFSETS_TOPIC } from "./topics-check.ts";

export const settings = {
  ...kafkaSettings,
  ...registrySettings,
  ...topicsSettings,
} as const;

type Settings = Config<typeof settings>;

async function main(): Promise<void> {
  const { check } = new Command("topics")
    .description(
      "Creates the topics, adds missing copies and registers the schemas. Safe to run again at any time.",
    )
    .option("--check", "change nothing, only list what is missing (exit 1 if anything is)")
    .parse()
    .opts<{ check?: boolean }>();
  const config = readConfig(settings, process.env);
  const topics = topicNames(config.TOPIC_PREFIX);
  const client = createClient({ config, clientId: "teravoz-topics", log: createLog("topics", "silent") });
  await (check ? sayFaults : mend)(client, topics, config);
}

async function sayFaults(client: KafkaClient, topics: TopicNames, config: Settings): Promise<void> {
  const faults = await withAdmin(client, async (admin) => [
    ...(await findTopicFaults(admin, topics)),
    ...(await findRisks(admin, topics, config)),
  ]);
  faults.push(...(await findMissingSchemas(config, topics)));
  for (const fault of faults) say(fault);
  if (faults.length === 0)
    say(`${Object.keys(topicSettings(topics)).length} topics and their schemas are as they should be`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

async function mend(client: KafkaClient, topics: TopicNames, config: Settings): Promise<void> {
  await withAdmin(client, async (admin) => {
    const copies = await copiesWanted(admin, config);
    if (copies === 1) say("warning: each record has one copy only; use 3 brokers and 3 copies in production");
    const created = await ensureTopics(admin, topics, copies, say);
    for (const topic of Object.keys(topicSettings(topics)))
      say(`topic ${topic}: ${created.includes(topic) ? "created" : "exists"}`);
    for (const topic of await keepRegistryTopics(admin, config.SCHEMA_REGISTRY_TOPICS, copies, say))
      say(`topic ${topic} of the registry: keeps all records`);
    await raiseCopies(admin, { topics: await presentOf(admin, [OFFSETS_TOPIC]), copies, say });
    for (const risk of await findRisks(admin, topics, config)) say(`warning: ${risk}`);
  });
  // at a registry that lost its data, each schema gets its former id if possible
  const witnesses = await witnessesOfLog(client, topics, schemas).catch(() => []);
  await restoreSchemas({ config, topics, schemas, witnesses, pause: async () => {} });
  for (const subject of await registerSchemas(config, topics)) say(`schema ${subject}: registered`);
}

const say = (line: string) => process.stdout.write(`${line}\n`);

// an open connection must not keep the command running
main().then(
  () => process.exit(),
  (error) => {
    const hint =
      error instanceof InvalidConfig || error instanceof Refusal
        ? ""
        : "\nCheck that Kafka and the schema registry run, and that KAFKA_BROKERS and SCHEMA_REGISTRY_URL are correct.";
    process.stderr.write(`topics: ${error.message}${hint}\n`);
    process.exit(1);
  },
);
