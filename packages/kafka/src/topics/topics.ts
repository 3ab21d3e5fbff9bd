import { setTimeout as sleep } from "node:timers/promises";
import kafkajs, { type Admin } from "kafkajs";
import { type KafkaClient, RETRY } from "../client/client.ts";
import { disconnect } from "../client/disconnect.ts";
import { isDenied, reasonOf } from "../producer/outcomes.ts";
import { demandBrokers, Refusal, raiseCopies, type Say } from "./copies.ts";

export type TopicNames = {
  callEvents: string;
  agentEvents: string;
  callChanges: string;
  deadLetters: string;
  serviceStatus: string;
};

/** The number of partitions of every topic. It must never change, because a key must stay in its partition. */
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
 * The settings of every topic. LogAppendTime: a sender's clock must not determine the age of a record. Unclean election
 * would lose acknowledged records. The client reads gzip and no other codec, so a codec that is set for the whole
 * cluster must not apply to our topics.
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
/**
 * The time of one pass of the cleaner, which takes one partition after another, the dirtiest first. A day is generous
 * for all partitions of a large broker.
 */
const CLEANER_PASS_MS = DAY_MS;

/**
 * The settings of a compacted topic. No record is compacted within 7 days, which is longer than any outage that we
 * tolerate. All are compacted within 14 days, as erasures require.
 */
const compacted: Settings = {
  ...always,
  "cleanup.policy": "compact",
  "min.compaction.lag.ms": String(MIN_COMPACTION_LAG_MS),
  "max.compaction.lag.ms": String(MAX_COMPACTION_LAG_MS),
  "delete.retention.ms": String(DELETE_RETENTION_MS),
  "segment.ms": String(SEGMENT_MS),
};

/**
 * The time after a tombstone for which the log may still contain earlier records of its key. First, the segment of the
 * tombstone must be closed, because the cleaner skips the open segment. In an idle partition the daily tick closes it.
 * Then the segment must be cleaned.
 */
export const LOG_CLEAN_MS = MAX_COMPACTION_LAG_MS + SEGMENT_MS + CLEANER_PASS_MS;
/**
 * The time after a tombstone for which the key itself may remain in the log. The tombstone is kept for readers and is
 * removed in the pass after that.
 */
export const LOG_KEY_CLEAN_MS = LOG_CLEAN_MS + DELETE_RETENTION_MS + LOG_CLEAN_MS;
const kept = (days: number, more: Settings = {}): Settings => ({
  ...always,
  "cleanup.policy": "delete",
  "retention.ms": String(days * DAY_MS),
  ...more,
});

/**
 * Returns the settings that keep acknowledged records safe. At least all copies but one must acknowledge a record, so
 * that one broker may be lost or restarted. A single copy must be on the disk before it is acknowledged, because
 * otherwise a power loss would remove the last records.
 */
const safety = (copies: number): Settings =>
  copies > 1
    ? { "min.insync.replicas": String(copies - 1) }
    : { "min.insync.replicas": "1", "flush.messages": "1" };

/**
 * The settings for which another value than the required one may be accepted: each function returns whether a value is
 * at least as strict. All other settings must be equal.
 */
const ACCEPTS: Record<string, (value: string, asked: string) => boolean> = {
  "compression.type": (value) => ["producer", "uncompressed", "gzip"].includes(value),
  "min.insync.replicas": (value, asked) => Number(value) >= Number(asked),
  // longer is accepted, up to the time that an erasure receipt promises
  "retention.ms": (value, asked) =>
    asked !== "-1" && Number(value) >= Number(asked) && Number(value) <= LOG_CLEAN_MS,
  "min.compaction.lag.ms": (value, asked) =>
    Number(value) >= Number(asked) && Number(value) <= MAX_COMPACTION_LAG_MS,
  "max.compaction.lag.ms": (value, asked) =>
    Number(value) <= Number(asked) && Number(value) >= MIN_COMPACTION_LAG_MS,
  "segment.ms": (value, asked) => Number(value) <= Number(asked),
};

/** Returns whether a setting is a fault. A setting that the brokers do not show is assumed to be correct. */
const isFault = (name: string, value: string | null | undefined, asked: string): boolean =>
  value !== null && value !== undefined && value !== asked && !ACCEPTS[name]?.(value, asked);

/** Returns the settings that each topic must have, by topic name. */
export const topicSettings = (names: TopicNames): Record<string, Settings> => ({
  [names.callEvents]: compacted,
  [names.agentEvents]: compacted,
  [names.callChanges]: kept(1),
  // a faulty sender must not fill the disk: at most 3 GiB over all partitions
  [names.deadLetters]: kept(7, { "retention.bytes": String(256 * MiB) }),
  // about 3 MB per instance and day; segments of a quarter of a day, because the open segment is never removed
  [names.serviceStatus]: kept(1, { "retention.bytes": String(32 * MiB), "segment.ms": String(DAY_MS / 4) }),
});

/**
 * Describes each topic and setting that is missing or differs. Empty if there is none. Does not check the number of
 * copies.
 */
export async function findTopicFaults(admin: Admin, names: TopicNames): Promise<string[]> {
  const wanted = topicSettings(names);
  const existing = new Set(await admin.listTopics());
  const missing = Object.keys(wanted).filter((topic) => !existing.has(topic));
  const present = Object.entries(wanted).filter(([topic]) => existing.has(topic));
  const found = await lookAtSettings(admin, Object.fromEntries(present));
  const counts = found
    .filter(({ partitions }) => partitions !== PARTITIONS)
    .map(({ topic, partitions }) => `topic ${topic} has ${partitions} partitions, not ${PARTITIONS}`);
  return [...missing.map((topic) => `topic ${topic} is missing`), ...counts, ...nameFaults(found)];
}

type Described = ReadonlyMap<string, { value: string; isDefault: boolean }>;
/** An existing topic: the settings that it must have, and those that the brokers show. */
type Found = { topic: string; partitions: number; copies: number; needed: Settings; shown: Described };

/** Reads the settings of existing topics. */
async function lookAtSettings(admin: Admin, wanted: Record<string, Settings>): Promise<Found[]> {
  if (Object.keys(wanted).length === 0) return [];
  const { topics } = await admin.fetchTopicMetadata({ topics: Object.keys(wanted) });
  return Promise.all(
    topics.map(async ({ name, partitions }) => {
      const shown = await describeTopic(admin, name);
      const copies = Math.min(...partitions.map(({ replicas }) => replicas.length));
      const needed = { ...applicable(wanted[name]!, shown), ...safety(copies) };
      return { topic: name, partitions: partitions.length, copies, needed, shown };
    }),
  );
}

/**
 * Returns the settings that apply to a topic. Retention does not apply to a topic of the registry that is only
 * compacted.
 */
function applicable(wanted: Settings, shown: Described): Settings {
  if (wanted["cleanup.policy"] !== undefined || shown.get("cleanup.policy")?.value !== "compact")
    return wanted;
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => !name.startsWith("retention.")));
}

const nameFaults = (found: readonly Found[]): string[] =>
  found.flatMap(({ topic, needed, shown }) =>
    Object.entries(needed)
      .filter(([name, value]) => isFault(name, shown.get(name)?.value, value))
      .map(([name, value]) => `topic ${topic} has ${name}=${shown.get(name)?.value}, not ${value}`),
  );

/** Reads the settings of a topic. Empty if the brokers do not show them, as some managed brokers do not. */
async function describeTopic(admin: Admin, topic: string): Promise<Described> {
  const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }];
  const described = await admin.describeConfigs({ resources, includeSynonyms: false }).catch((error) => {
    if (!isDenied(error)) throw error;
    return { resources: [] };
  });
  const entries = described.resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? [];
  return new Map(
    entries.map(({ configName, configValue, isDefault }) => [configName, { value: configValue, isDefault }]),
  );
}

/**
 * The settings of the registry's topics, from which no record may be deleted because they hold its schemas. Apicurio
 * 3.0.9 creates them with the brokers' defaults, which delete them after 7 days
 * (github.com/Apicurio/apicurio-registry/pull/6880). Its later releases refuse to start with such topics.
 */
const forEver: Settings = { "retention.ms": "-1", "retention.bytes": "-1" };

const registryWants = async (admin: Admin, topics: readonly string[]): Promise<Record<string, Settings>> =>
  Object.fromEntries((await presentOf(admin, topics)).map((topic) => [topic, forEver]));

/** Returns the topics that exist in the cluster. A registry may store its schemas elsewhere. */
export async function presentOf(admin: Admin, topics: readonly string[]): Promise<string[]> {
  const existing = new Set(await admin.listTopics());
  return topics.filter((topic) => existing.has(topic));
}

/** Describes the topics that accept no record because more copies must acknowledge it than exist. */
export async function findUnwritable(admin: Admin, names: TopicNames): Promise<string[]> {
  const needed = (shown: Described) => shown.get("min.insync.replicas")?.value ?? "1";
  return (await lookAtSettings(admin, topicSettings(names)))
    .filter(({ shown, copies }) => Number(needed(shown)) > copies)
    .map(
      ({ topic, shown, copies }) =>
        `topic ${topic} accepts no records: min.insync.replicas=${needed(shown)}, but it has ${copies} copies`,
    );
}

/** Describes each setting that would let the registry lose its schemas. */
export const findRegistryFaults = async (admin: Admin, topics: readonly string[]): Promise<string[]> =>
  nameFaults(await lookAtSettings(admin, await registryWants(admin, topics)));

/**
 * Sets the settings and the copies that the existing topics of the registry must have. Returns these topics.
 * Idempotent.
 */
export async function keepRegistryTopics(
  admin: Admin,
  topics: readonly string[],
  replicas: number,
  say: Say = () => {},
): Promise<string[]> {
  const wanted = await registryWants(admin, topics);
  await onceKnown(async () => {
    await raiseCopies(admin, { topics: Object.keys(wanted), copies: replicas, say });
    await mendSettings(admin, wanted);
    await requireNone(async () => nameFaults(await lookAtSettings(admin, wanted)));
  });
  return Object.keys(wanted);
}

/**
 * Creates missing topics, and sets the settings and the copies that existing topics must have. Other settings of a
 * topic are kept. Returns the created topics. Idempotent. Throws if a topic has another number of partitions, which
 * cannot be changed, and if fewer brokers are up than copies are required.
 */
export async function ensureTopics(
  admin: Admin,
  names: TopicNames,
  replicas: number,
  say: Say = () => {},
): Promise<string[]> {
  const wanted = topicSettings(names);
  const existing = new Set(await admin.listTopics());
  const missing = Object.entries(wanted).filter(([topic]) => !existing.has(topic));
  if (missing.length > 0) await createTopics(admin, missing, replicas);
  await untilThere(admin, Object.keys(wanted));
  await onceKnown(async () => {
    // the copies must exist before that many must acknowledge a record
    await raiseCopies(admin, { topics: Object.keys(wanted), copies: replicas, say });
    await mendSettings(admin, wanted);
    await requireNone(() => findTopicFaults(admin, names));
  });
  return missing.map(([topic]) => topic);
}

async function createTopics(admin: Admin, missing: [string, Settings][], replicas: number): Promise<void> {
  await demandBrokers(admin, replicas);
  await admin.createTopics({
    // kafkajs fails if a broker does not know the new topic yet: see untilThere
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
}

/**
 * Waits until the topics exist on a broker, because a broker learns of a new topic only after a moment. Throws if a
 * partition still has no leader after CREATE_TIMEOUT_MS, because its brokers are down.
 */
async function untilThere(admin: Admin, topics: string[]): Promise<void> {
  for (const giveUpAt = Date.now() + CREATE_TIMEOUT_MS; ; await sleep(TOPIC_NEWS_MS)) {
    const isLate = Date.now() > giveUpAt;
    const metadata = await admin.fetchTopicMetadata({ topics }).catch((error) => {
      if (isLate) throw error;
    });
    const waiting = metadata?.topics.filter(({ partitions }) => partitions.some(({ leader }) => leader < 0));
    if (waiting?.length === 0) return;
    if (waiting && isLate)
      throw new Refusal(`topic ${waiting[0]!.name} has a partition without a leader: start its brokers`);
  }
}

/**
 * Retries a function that asked a broker which does not know a new topic yet. The brokers of a cluster do not learn of
 * a topic at the same time.
 */
async function onceKnown(run: () => Promise<void>): Promise<void> {
  for (const giveUpAt = Date.now() + CREATE_TIMEOUT_MS; ; await sleep(TOPIC_NEWS_MS)) {
    try {
      return await run();
    } catch (error) {
      if (reasonOf(error) !== "UNKNOWN_TOPIC_OR_PARTITION" || Date.now() > giveUpAt) throw error;
    }
  }
}

/** Throws the faults that remain after some retries, because a broker may show the old settings for a moment. */
async function requireNone(findFaults: () => Promise<string[]>): Promise<void> {
  for (const giveUpAt = Date.now() + NEWS_TIMEOUT_MS; ; await sleep(TOPIC_NEWS_MS)) {
    const faults = await findFaults();
    if (faults.length === 0) return;
    if (Date.now() > giveUpAt) throw new Error(faults.join("\n"));
  }
}

async function mendSettings(admin: Admin, wanted: Record<string, Settings>): Promise<void> {
  for (const { topic, needed, shown } of await lookAtSettings(admin, wanted)) {
    const isWrong = ([name, value]: [string, string]) => isFault(name, shown.get(name)?.value, value);
    if (Object.entries(needed).some(isWrong)) await alterTopic(admin, topic, settingsToBe(needed, shown));
  }
}

/**
 * Returns the settings to set on a topic. Altering replaces all its settings, so those that are set and are not a fault
 * must be set again.
 */
function settingsToBe(needed: Settings, shown: Described): Settings {
  const set = [...shown].filter(([, { isDefault }]) => !isDefault).map(([name, { value }]) => [name, value]);
  const strict = Object.entries(needed).filter(([name, value]) => {
    const found = shown.get(name)?.value;
    return found === undefined || isFault(name, found, value);
  });
  return { ...needed, ...Object.fromEntries(set), ...Object.fromEntries(strict) };
}

async function alterTopic(admin: Admin, topic: string, settings: Settings): Promise<void> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }];
  await admin.alterConfigs({ validateOnly: false, resources }).catch((cause) => {
    if (!isDenied(cause)) throw cause;
    const list = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    const advice = `grant it, or set ${list.join(", ")}`;
    throw new Refusal(`the permission AlterConfigs on topic ${topic} is missing: ${advice}`, { cause });
  });
}

export async function withAdmin<T>(client: KafkaClient, run: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = client.open().admin({ retry: { ...RETRY, retries: 3 } });
  try {
    await admin.connect();
    return await run(admin);
  } finally {
    await disconnect(admin);
  }
}
