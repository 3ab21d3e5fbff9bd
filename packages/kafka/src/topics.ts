import { setTimeout as sleep } from "node:timers/promises";
import kafkajs, { type Admin } from "kafkajs";
import { type KafkaClient, RETRY } from "./client.ts";
import { demandBrokers, Refusal, raiseCopies, type Say } from "./copies.ts";
import { disconnect } from "./disconnect.ts";
import { isDenied, reasonOf } from "./outcomes.ts";

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
  "retention.ms": (value, asked) =>
    asked !== "-1" && Number(value) >= Number(asked) && Number(value) <= LOG_CLEAN_MS,
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

/** Describes each topic and setting that is missing or differs; empty if none does. Does not look at the number of copies. */
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
/** A topic that is there: the settings that it must have, and those that the brokers show. */
type Found = { topic: string; partitions: number; copies: number; needed: Settings; shown: Described };

/** Looks at topics that are there. */
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

/** Retention does not apply to a topic that somebody else made and that is compacted only. */
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

/** Empty where the brokers do not let us see the settings, as some managed ones do. */
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
 * The registry's topics hold its schemas, and Apicurio 3.0.9 creates them with the brokers' defaults, which delete them after 7 days
 * (github.com/Apicurio/apicurio-registry/pull/6880): nothing may be deleted from them. Its later releases refuse to start otherwise.
 */
const forEver: Settings = { "retention.ms": "-1", "retention.bytes": "-1" };

const registryWants = async (admin: Admin, topics: readonly string[]): Promise<Record<string, Settings>> =>
  Object.fromEntries((await presentOf(admin, topics)).map((topic) => [topic, forEver]));

/** Those of the topics that the cluster has: a registry may keep its schemas elsewhere. */
export async function presentOf(admin: Admin, topics: readonly string[]): Promise<string[]> {
  const existing = new Set(await admin.listTopics());
  return topics.filter((topic) => existing.has(topic));
}

/** Topics that take no record, because more copies must acknowledge one than there are. */
export async function findUnwritable(admin: Admin, names: TopicNames): Promise<string[]> {
  const needed = (shown: Described) => shown.get("min.insync.replicas")?.value ?? "1";
  return (await lookAtSettings(admin, topicSettings(names)))
    .filter(({ shown, copies }) => Number(needed(shown)) > copies)
    .map(
      ({ topic, shown, copies }) =>
        `topic ${topic} takes no record: min.insync.replicas=${needed(shown)} and it has ${copies} copies`,
    );
}

/** Describes each setting that would let the registry lose its schemas. */
export const findRegistryFaults = async (admin: Admin, topics: readonly string[]): Promise<string[]> =>
  nameFaults(await lookAtSettings(admin, await registryWants(admin, topics)));

/** Gives the registry's topics that are there the settings and the copies they must have; answers which are there. Idempotent. */
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
 * Creates the topics that are missing and gives those that are there the settings (others that were set on them stay) and the copies
 * that they must have. Idempotent. Throws where a partition count differs, which cannot be mended, and where fewer brokers are up than
 * there must be copies.
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
    // first: the copies must be there before that many must acknowledge
    await raiseCopies(admin, { topics: Object.keys(wanted), copies: replicas, say });
    await mendSettings(admin, wanted);
    await requireNone(() => findTopicFaults(admin, names));
  });
  return missing.map(([topic]) => topic);
}

async function createTopics(admin: Admin, missing: [string, Settings][], replicas: number): Promise<void> {
  await demandBrokers(admin, replicas);
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
}

/** A broker hears of a topic after a moment. Throws where a partition has no leader for long: its brokers are away. */
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

/** Runs it again if it asked a broker that does not know a new topic yet: each broker of a cluster learns of it at its own time. */
async function onceKnown(run: () => Promise<void>): Promise<void> {
  for (const giveUpAt = Date.now() + CREATE_TIMEOUT_MS; ; await sleep(TOPIC_NEWS_MS)) {
    try {
      return await run();
    } catch (error) {
      if (reasonOf(error) !== "UNKNOWN_TOPIC_OR_PARTITION" || Date.now() > giveUpAt) throw error;
    }
  }
}

/** Throws the faults that are still there after a while: a broker may show the old settings for a moment. */
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

/** Altering replaces all that is set on a topic: what is set and is no fault must be set again. */
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
    throw new Refusal(`the right AlterConfigs on topic ${topic} is missing: ${advice}`, { cause });
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
