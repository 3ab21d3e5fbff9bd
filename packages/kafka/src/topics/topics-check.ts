import type { Check, Config, Log, topicsSettings } from "@teravoz/runtime";
import type { Admin } from "kafkajs";
import type { KafkaClient } from "../client/client.ts";
import { type CopiesConfig, copiesWanted, findCopyFaults } from "./copies.ts";
import {
  findRegistryFaults,
  findTopicFaults,
  findUnwritable,
  presentOf,
  type TopicNames,
  topicSettings,
  withAdmin,
} from "./topics.ts";

export type TopicsConfig = CopiesConfig & Config<typeof topicsSettings>;

/** Kafka's own topic for committed offsets. Without its partitions no consumer group can commit. */
export const OFFSETS_TOPIC = "__consumer_offsets";

/**
 * Describes each risk to records, schemas and groups: too few copies, topics that accept no record, or a registry that
 * may lose its data.
 */
export async function findRisks(admin: Admin, names: TopicNames, config: TopicsConfig): Promise<string[]> {
  const all = [...Object.keys(topicSettings(names)), ...config.SCHEMA_REGISTRY_TOPICS, OFFSETS_TOPIC];
  const present = await presentOf(admin, all);
  const missing = Object.keys(topicSettings(names)).some((topic) => !present.includes(topic));
  return [
    ...(await findCopyFaults(admin, present, await copiesWanted(admin, config))),
    ...(missing ? [] : await findUnwritable(admin, names)),
    ...(await findRegistryFaults(admin, config.SCHEMA_REGISTRY_TOPICS)),
  ];
}

/** The interval between two checks of the topics after a fault (RECHECK_MS) and otherwise (RELOOK_MS). */
const RECHECK_MS = 2_000;
const RELOOK_MS = 60_000;

/**
 * Checks the topics regularly in the background. The check reports the first fault. Too few copies, and a registry that
 * may lose its data, are tolerated and logged, because the service still works.
 */
export function topicsCheck({
  client,
  topics,
  config,
  log,
}: {
  client: KafkaClient;
  topics: TopicNames;
  config: TopicsConfig;
  log: Log;
}): () => Check {
  let check: Check = { ok: false, reason: "the topics have not been checked yet" };
  const look = async () => {
    const before = check;
    check = await lookAtTopics(client, topics, config).catch((err) => {
      log.debug({ err }, "topics cannot be checked");
      // an unavailable broker says nothing about the topics, so the last result stays valid
      return check.ok || check.tolerated ? check : { ok: false, reason: "the topics cannot be checked" };
    });
    if (check.tolerated && check.reason !== before.reason)
      log.warn({ reason: check.reason }, "the topics are not as safe as they should be");
    setTimeout(look, check.ok || check.tolerated ? RELOOK_MS : RECHECK_MS).unref();
  };
  void look();
  return () => check;
}

async function lookAtTopics(client: KafkaClient, topics: TopicNames, config: TopicsConfig): Promise<Check> {
  return withAdmin(client, async (admin) => {
    const faults = await findTopicFaults(admin, topics);
    if (faults.length > 0) return explain(faults);
    const risks = await findRisks(admin, topics, config);
    return risks.length > 0 ? { ...explain(risks), tolerated: true } : { ok: true };
  });
}

function explain([first, ...others]: string[]): Check {
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  return { ok: false, reason: `${first}${more}: run \`pnpm topics\`` };
}
