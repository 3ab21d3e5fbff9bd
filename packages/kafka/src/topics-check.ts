import type { Check, Config, Log, topicsSettings } from "@teravoz/runtime";
import type { Admin } from "kafkajs";
import type { KafkaClient } from "./client.ts";
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

/** Kafka's own, without whose partitions no consumer group commits. */
export const OFFSETS_TOPIC = "__consumer_offsets";

/** Describes each risk to records, schemas or groups while all topics exist: too few copies, or a registry that may lose its data. */
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

/** How often a service looks again at topics that are not as they should be, and at those that are. */
const RECHECK_MS = 2_000;
const RELOOK_MS = 60_000;

/**
 * Looks at the topics in the background, again and again; the check reports the first fault. With too few copies, and a registry that may
 * lose its data, a service does its job: that is tolerated, and logged.
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
  let check: Check = { ok: false, reason: "topics not looked at yet" };
  const look = async () => {
    const before = check;
    check = await lookAtTopics(client, topics, config).catch((err) => {
      log.debug({ err }, "topics cannot be looked at");
      // a broker that is away says nothing of the topics: what was seen last counts
      return check.ok || check.tolerated ? check : { ok: false, reason: "the topics cannot be looked at" };
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
