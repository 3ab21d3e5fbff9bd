import { setTimeout as sleep } from "node:timers/promises";
import type { Check, Log } from "@teravoz/runtime";
import kafkajs, { type Admin, type ITopicMetadata } from "kafkajs";
import { type KafkaClient, RETRY } from "./client.ts";
import { reasonOf } from "./outcomes.ts";

export type TopicNames = {
  callEvents: string;
  agentEvents: string;
  callChanges: string;
  deadLetters: string;
  serviceStatus: string;
};

/** Every topic has as many, for ever: a key must stay in its partition. */
export const PARTITIONS = 12;

const DAY_MS = 86_400_000;
const MiB = 1024 * 1024;

export const topicNames = (prefix: string): TopicNames => ({
  callEvents: `${prefix}call-events`,
  agentEvents: `${prefix}agent-events`,
  callChanges: `${prefix}call-changes`,
  deadLetters: `${prefix}dead-letters`,
  serviceStatus: `${prefix}service-status`,
});

const CREATE_TIMEOUT_MS = 15_000;
const NEWS_TIMEOUT_MS = 3_000;
const TOPIC_NEWS_MS = 100;

type Settings = Record<string, string>;

/**
 * LogAppendTime: a sender's clock must not age a record. Unclean election would lose what was acknowledged. The client reads gzip and no
 * other codec: one that is set for the whole cluster must not reach our topics.
 */
const always: Settings = {
  "compression.type": "producer",
  "message.timestamp.type": "LogAppendTime",
  "unclean.leader.election.enable": "false",
};
const MIN_COMPACTION_LAG_MS = 7 * DAY_MS;
const MAX_COMPACTION_LAG_MS = 14 * DAY_MS;
const DELETE_RETENTION_MS = 14 * DAY_MS;
const SEGMENT_MS = DAY_MS;
/** The cleaner takes the dirtiest partition first, one after the other: a day is generous for all of a large broker's. */
const CLEANER_PASS_MS = DAY_MS;

/** Nothing is compacted within 7 days, longer than any outage we tolerate; everything within 14 (erasure). */
const compacted: Settings = {
  ...always,
  "cleanup.policy": "compact",
  "min.compaction.lag.ms": String(MIN_COMPACTION_LAG_MS),
  "max.compaction.lag.ms": String(MAX_COMPACTION_LAG_MS),
  "delete.retention.ms": String(DELETE_RETENTION_MS),
  "segment.ms": String(SEGMENT_MS),
};

/**
 * So long after a tombstone the log may hold what was written under its key before: the tombstone's segment must close, for the
 * cleaner leaves the open one alone (an idle partition's closes by the daily tick), and have its turn.
 */
export const LOG_CLEAN_MS = MAX_COMPACTION_LAG_MS + SEGMENT_MS + CLEANER_PASS_MS;
/** So long the key itself may stay: the tombstone is kept for readers, and goes with the pass after that. */
export const LOG_KEY_CLEAN_MS = LOG_CLEAN_MS + DELETE_RETENTION_MS + LOG_CLEAN_MS;
const kept = (days: number, more: Settings = {}): Settings => ({
  ...always,
  "cleanup.policy": "delete",
  "retention.ms": String(days * DAY_MS),
  ...more,
});

/**
 * A record is acknowledged by all copies but one at least: one broker may be lost, or restarted. Where there is one copy it is on the
 * disk before it is acknowledged: else a loss of power takes the last records.
 */
const safety = (copies: number): Settings =>
  copies > 1
    ? { "min.insync.replicas": String(copies - 1) }
    : { "min.insync.replicas": "1", "flush.messages": "1" };

/** Whether a value is as good as the one asked for, or stricter. Settings that are not named here must be equal. */
const ACCEPTS: Record<string, (value: string, asked: string) => boolean> = {
  "compression.type": (value) => ["producer", "uncompressed", "gzip"].includes(value),
  "min.insync.replicas": (value, asked) => Number(value) >= Number(asked),
  // kept longer, up to what a receipt of an erasure promises
  "retention.ms": (value, asked) => Number(value) >= Number(asked) && Number(value) <= LOG_CLEAN_MS,
  "min.compaction.lag.ms": (value, asked) =>
    Number(value) >= Number(asked) && Number(value) <= MAX_COMPACTION_LAG_MS,
  "max.compaction.lag.ms": (value, asked) =>
    Number(value) <= Number(asked) && Number(value) >= MIN_COMPACTION_LAG_MS,
  "segment.ms": (value, asked) => Number(value) <= Number(asked),
};

/** A setting that the brokers do not show is taken for what it must be. */
const isFault = (name: string, value: string | null | undefined, asked: string): boolean =>
  value !== null && value !== undefined && value !== asked && !ACCEPTS[name]?.(value, asked);

/** The settings a topic must have, by name. */
export const topicSettings = (names: TopicNames): Record<string, Settings> => ({
  [names.callEvents]: compacted,
  [names.agentEvents]: compacted,
  [names.callChanges]: kept(1),
  // a sender gone mad must not fill the disk: at most 3 GiB over all partitions
  [names.deadLetters]: kept(7, { "retention.bytes": String(256 * MiB) }),
  // some 3 MB a day of each instance; segments of a quarter of a day, for one that is written is never removed
  [names.serviceStatus]: kept(1, { "retention.bytes": String(32 * MiB), "segment.ms": String(DAY_MS / 4) }),
});

/** What is missing or differs, in words; empty when all is as it should be. */
export async function findTopicFaults(admin: Admin, names: TopicNames): Promise<string[]> {
  const wanted = topicSettings(names);
  const existing = new Set(await admin.listTopics());
  const missing = Object.keys(wanted).filter((topic) => !existing.has(topic));
  const present = Object.keys(wanted).filter((topic) => existing.has(topic));
  if (present.length === 0) return missing.map((topic) => `topic ${topic} is missing`);
  const { topics } = await admin.fetchTopicMetadata({ topics: present });
  const counts = topics
    .filter(({ partitions }) => partitions.length !== PARTITIONS)
    .map(({ name, partitions }) => `topic ${name} has ${partitions.length} partitions, not ${PARTITIONS}`);
  const needed = withSafety(wanted, topics);
  const settings = (await describeTopics(admin, present)).flatMap(([topic, values]) =>
    Object.entries(needed[topic]!)
      .filter(([name, value]) => isFault(name, values.get(name)?.value, value))
      .map(([name, value]) => `topic ${topic} has ${name}=${values.get(name)?.value}, not ${value}`),
  );
  return [...missing.map((topic) => `topic ${topic} is missing`), ...counts, ...settings];
}

/** The settings with what follows from the number of copies each topic has. */
function withSafety(wanted: Record<string, Settings>, topics: ITopicMetadata[]): Record<string, Settings> {
  const copies = topics.map(({ name, partitions }) => [name, partitions[0]?.replicas.length ?? 1] as const);
  return Object.fromEntries(copies.map(([name, count]) => [name, { ...wanted[name], ...safety(count) }]));
}

type Described = [topic: string, values: Map<string, { value: string; isDefault: boolean }>][];

const isDenied = (error: unknown): boolean => /_AUTHORIZATION_FAILED$/.test(reasonOf(error));

/** Empty where the brokers do not let us see the settings, as some managed ones do. */
async function describeTopics(admin: Admin, topics: string[]): Promise<Described> {
  const resources = topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name }));
  const described = await admin.describeConfigs({ resources, includeSynonyms: false }).catch((error) => {
    if (!isDenied(error)) throw error;
    return { resources: [] };
  });
  return described.resources.map(({ resourceName, configEntries }) => [
    resourceName,
    new Map(
      configEntries.map(({ configName, configValue, isDefault }) => [
        configName,
        { value: configValue, isDefault },
      ]),
    ),
  ]);
}

/**
 * Creates the topics that are missing and gives those that are there the settings they must have (others that were
 * set on them stay). Idempotent. Throws where a partition count differs: that cannot be mended.
 */
export async function ensureTopics(admin: Admin, names: TopicNames, replicas: number): Promise<string[]> {
  const wanted = topicSettings(names);
  const existing = new Set(await admin.listTopics());
  const missing = Object.entries(wanted).filter(([topic]) => !existing.has(topic));
  await admin.createTopics({
    // kafkajs gives up where a broker has not heard of the new topic yet: see untilThere
    waitForLeaders: false,
    timeout: CREATE_TIMEOUT_MS,
    topics: missing.map(([topic, settings]) => ({
      topic,
      numPartitions: PARTITIONS,
      replicationFactor: replicas,
      configEntries: Object.entries({ ...settings, ...safety(replicas) }).map(([name, value]) => ({
        name,
        value,
      })),
    })),
  });
  await untilThere(admin, Object.keys(wanted));
  await mendSettings(admin, wanted);
  await requireTopics(admin, names);
  return missing.map(([topic]) => topic);
}

/** Every broker's news of a topic takes a moment. */
async function untilThere(admin: Admin, topics: string[]): Promise<void> {
  for (const giveUpAt = Date.now() + CREATE_TIMEOUT_MS; ; await sleep(TOPIC_NEWS_MS)) {
    const metadata = await admin.fetchTopicMetadata({ topics }).catch((error) => {
      if (Date.now() > giveUpAt) throw error;
    });
    if (metadata?.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
  }
}

/** A broker may still tell the old settings for a moment. */
async function requireTopics(admin: Admin, names: TopicNames): Promise<void> {
  for (const giveUpAt = Date.now() + NEWS_TIMEOUT_MS; ; await sleep(TOPIC_NEWS_MS)) {
    const faults = await findTopicFaults(admin, names);
    if (faults.length === 0) return;
    if (Date.now() > giveUpAt) throw new Error(faults.join("\n"));
  }
}

async function mendSettings(admin: Admin, wanted: Record<string, Settings>): Promise<void> {
  const names = Object.keys(wanted);
  const needed = withSafety(wanted, (await admin.fetchTopicMetadata({ topics: names })).topics);
  const described = await describeTopics(admin, names);
  const differing = described.filter(([topic, values]) =>
    Object.entries(needed[topic]!).some(([name, value]) => isFault(name, values.get(name)?.value, value)),
  );
  if (differing.length === 0) return;
  const resources = differing.map(([topic, values]) => {
    const set = [...values]
      .filter(([, { isDefault }]) => !isDefault)
      .map(([name, { value }]) => [name, value]);
    const strict = Object.entries(needed[topic]!).filter(([name, value]) => {
      const found = values.get(name)?.value;
      return found === undefined || isFault(name, found, value);
    });
    const settings: Settings = {
      ...needed[topic],
      ...Object.fromEntries(set),
      ...Object.fromEntries(strict),
    };
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    return { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries };
  });
  await admin.alterConfigs({ validateOnly: false, resources });
}

/** How often a service looks again at topics that are not as they should be, and at those that are. */
const RECHECK_MS = 2_000;
const RELOOK_MS = 60_000;

/** Looks at the topics in the background, again and again; the check tells the first fault. */
export function topicsCheck({
  client,
  topics,
  log,
}: {
  client: KafkaClient;
  topics: TopicNames;
  log: Log;
}): () => Check {
  let check: Check = { ok: false, reason: "topics not looked at yet" };
  const look = async () => {
    check = await lookAtTopics(client, topics).catch((err) => {
      log.debug({ err }, "topics cannot be looked at");
      // a broker that is away says nothing of the topics: what was seen last counts
      return check.ok ? check : { ok: false, reason: "the topics cannot be looked at" };
    });
    setTimeout(look, check.ok ? RELOOK_MS : RECHECK_MS).unref();
  };
  void look();
  return () => check;
}

async function lookAtTopics(client: KafkaClient, topics: TopicNames): Promise<Check> {
  const [first, ...others] = await withAdmin(client, (admin) => findTopicFaults(admin, topics));
  if (first === undefined) return { ok: true };
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  return { ok: false, reason: `${first}${more}: run \`pnpm topics\`` };
}

export async function withAdmin<T>(client: KafkaClient, run: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = client.open().admin({ retry: { ...RETRY, retries: 3 } });
  try {
    await admin.connect();
    return await run(admin);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
