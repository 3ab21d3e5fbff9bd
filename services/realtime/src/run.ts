import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import {
  type Account,
  type CallQueries,
  createReadOccurrence,
  explainOtherRules,
  parseWebhook,
} from "@teravoz/domain";
import {
  createClient,
  createCodec,
  createPublisher,
  createStatusReporter,
  type Follower,
  followTopic,
  readEnds,
  topicNames,
  topicsCheck,
} from "@teravoz/kafka";
import {
  foldRulesOf,
  isProduction,
  listen,
  runService,
  type Self,
  type Service,
  untilAvailable,
} from "@teravoz/runtime";
import { followInstallation, openStore, type Storage } from "@teravoz/store";
import { openSystemClock } from "./commands/throttle.ts";
import { settings } from "./config.ts";
import { createCutOff } from "./feed/cut-off.ts";
import { createNoticeReader } from "./feed/notices.ts";
import { createRealtime, type Realtime } from "./realtime.ts";
import { createLatePublisher, type Redrive } from "./redrive.ts";
import { createStatusReader } from "./system/status-reader.ts";
import { isLoopbackAddress } from "./transports/admission.ts";

/**
 * The longest wait for leaving a group. A broker that is unavailable cannot remove the group; an empty group without
 * offsets does no harm and expires there.
 */
const LEAVE_MS = 4_000;

/**
 * Limits how much the heap grows between two collections of its old generation. Lists are garbage once they are sent,
 * and by default V8 lets a small heap grow fourfold: to 470 MB under 20,000 events and 1,000 clients. With this limit,
 * one and a half times its size, it takes 340 MB at the same speed.
 */
const HEAP_GROWTH = "--heap-growing-percent=50";

type RealtimeService = Service<typeof settings>;

/** Wrappers that a test puts around parts of the service. The service itself has none. */
export type Seams = { queries?: (queries: CallQueries) => CallQueries };

/** Runs the process. Resolves once it is started. */
export function runRealtime({ queries: around = (queries) => queries }: Seams = {}) {
  setFlagsFromString(HEAP_GROWTH);
  return runService("realtime", settings, (service) => startRealtime(service, around));
}

async function startRealtime(service: RealtimeService, around: NonNullable<Seams["queries"]>): Promise<void> {
  const { self, config, log, metrics, onStop } = service;
  const storage = await openStorage(service);
  const { account, deadLetters } = storage;
  const installation = followInstallation(account);
  const kafka = openKafka(service, installation);
  const statuses = createHearing(service, kafka);
  const system = {
    queries: storage.queries,
    readEnds: () => readEnds(kafka.client, [kafka.topics.callEvents, kafka.topics.agentEvents]),
    hears: hearsItself(self),
    installation,
    statusEveryMs: config.STATUS_INTERVAL_MS,
  };
  const redrive = openRedrive(service, kafka, deadLetters);
  const queries = around(storage.queries);
  const realtime = createSockets(service, { queries, deadLetters, redrive, system });
  // changes made while MongoDB was unavailable may have had no notice
  storage.onReachable(() => realtime.feed.resync());
  const changes = followChanges(service, kafka, realtime);
  void checkRules(service, account);
  statuses.begin(realtime.system);
  onStop("kafka", () => Promise.all([leave(changes), statuses.stop(), kafka.status.stop()]));
  // started last and stopped first, so that no client stays connected without notices
  onStop("sockets", () => realtime.stop());
  watchCutOff(service, { realtime, changes, storage });
  const port = await listen(realtime.server, config.HOST, config.PORT ?? config.REALTIME_PORT);
  kafka.status.start(
    async () => ({ sockets: sumOf((await metrics.sockets.get()).values) }),
    () => realtime.refusedOrigins().map((each) => ({ ...each, kind: "origin" })),
  );
  log.info({ host: config.HOST, port }, "listening");
}

/**
 * Ends the process if the calls of the database were folded by other rules, because it would search and rewind by its
 * own rules.
 */
async function checkRules({ config, log, fail }: RealtimeService, account: Account) {
  const rules = foldRulesOf(config);
  const reason = explainOtherRules(rules, (await untilAvailable(() => account.find(), { log })) ?? rules);
  if (reason === null) return;
  log.fatal({ reason }, "stopping: the calls in the database were folded by other rules");
  fail("realtime", new Error(reason));
}

async function openStorage({ config, log, health, onStop }: RealtimeService): Promise<Storage> {
  const storage = await openStore({ uri: config.MONGODB_URI, rules: foldRulesOf(config), log });
  onStop("mongodb", () => storage.close());
  health.add("mongodb", () => storage.check());
  return storage;
}

type KafkaParts = ReturnType<typeof openKafka>;

/** Creates the Kafka parts. Nothing connects yet. */
function openKafka(service: RealtimeService, installation: () => string) {
  const { config, log, fail } = service;
  const topics = topicNames(config.TOPIC_PREFIX);
  const client = createClient({ config, clientId: "realtime", log });
  const codec = createCodec({ config, topics, client, log });
  const ready = codec.ready();
  ready.catch((error: unknown) => fail("looking up schemas", error));
  const status = createStatusReporter({ ...service, installation, client, codec, topics });
  return { topics, client, codec, ready, status };
}

const sumOf = (values: { value: number }[]) => values.reduce((sum, { value }) => sum + value, 0);

/** One lane, because an operator waits for each redrive. */
const REDRIVE_LIMITS = { lanes: 1 };

function openRedrive(
  { config, log, metrics, onStop }: RealtimeService,
  { topics, client, codec }: KafkaParts,
  deadLetters: Redrive["deadLetters"],
): Redrive | null {
  const tokens = config.ADMIN_TOKEN;
  if (tokens === null) return null;
  const publisher = createLatePublisher(() =>
    createPublisher({ client, log, metrics, limits: REDRIVE_LIMITS }),
  );
  onStop("publisher", () => publisher.stop());
  const readOccurrence = createReadOccurrence(config.SENDER_TIME_ZONE);
  const parse: typeof parseWebhook = (body, receivedAt) => parseWebhook(body, receivedAt, readOccurrence);
  return { tokens, deadLetters, codec, publisher, topics, parse };
}

type System = Sources["system"];
type Sources = Pick<Parameters<typeof createRealtime>[0], "queries" | "deadLetters" | "redrive" | "system">;

function createSockets({ config, log, health, metrics }: RealtimeService, sources: Sources): Realtime {
  const admission = {
    tokens: config.DASHBOARD_TOKEN,
    origins: config.ALLOWED_ORIGINS,
    isLocal: isLoopbackAddress(config.HOST),
  };
  const account = {
    queues: config.QUEUES,
    zone: config.ACCOUNT_TIME_ZONE,
    ...foldRulesOf(config),
  };
  return createRealtime({
    ...sources,
    account,
    admission,
    isDevelopment: !isProduction(process.env),
    metricsTokens: config.METRICS_TOKEN,
    health,
    metrics,
    log,
  });
}

/** Follows the notices in the background, even if Kafka or the registry start later than this process. */
function followChanges(
  { config, log, health, metrics, fail }: RealtimeService,
  { topics, client, codec }: KafkaParts,
  { feed }: Realtime,
): Follower {
  health.add("topics", topicsCheck({ client, topics, config, log }));
  health.add("registry", () => codec.check());
  const follower = followTopic({
    client,
    topic: topics.callChanges,
    groupPrefix: `${config.TOPIC_PREFIX}realtime-`,
    log,
    metrics,
    handle: createNoticeReader({ codec, feed, log }),
    onResync: () => feed.resync(),
    onCrash: (error) => fail("following call changes", error),
  });
  health.add("kafka", () => follower.check());
  return follower;
}

/** Compares the boards with the store periodically, and notifies the sockets while no notices arrive. */
function watchCutOff(
  { self, config, log, health, onStop }: RealtimeService,
  { realtime, changes, storage }: { realtime: Realtime; changes: Follower; storage: Storage },
): void {
  const clock = openSystemClock();
  const cutOff = createCutOff({
    silence: () => changes.silence(),
    isFollowing: () => changes.check().ok,
    feed: realtime.feed,
    gateway: realtime.gateway,
    readiness: storage.readinessOf(self.instance),
    isReady: async () => (await health.report()).status === "ok",
    clock,
    now: Date.now,
    log,
    limits: { reconcileMs: config.RECONCILE_INTERVAL_MS },
  });
  health.add("notices", () => cutOff.check());
  onStop("cut off", async () => {
    cutOff.stop();
    clock.stop();
  });
}

const leave = (follower: Follower) =>
  Promise.race([follower.stop(), sleep(LEAVE_MS, undefined, { ref: false })]);

/**
 * Returns whether this instance receives statuses. Its own status takes the same path as all others: an instance that
 * does not receive its own cannot say which other instance is silent.
 */
const hearsItself =
  ({ instance: own }: Self): System["hears"] =>
  (instances) =>
    instances.some(({ instance, standing }) => instance === own && standing !== "silent");

/** The age of the oldest statuses that are read at the start: a day, for the counts by minute. */
const STATUSES_MS = 86_400_000;

/**
 * Follows the status that instances send, once the schemas are known, because statuses that cannot be decoded would be
 * lost. It has no readiness check: the System page itself shows that no statuses arrive.
 */
function createHearing(service: RealtimeService, { topics, client, codec, ready }: KafkaParts) {
  const { config, log, metrics } = service;
  let follower: Follower | undefined;
  let stopped = false;
  const follow = (system: Realtime["system"]) =>
    followTopic({
      client,
      log,
      metrics,
      topic: topics.serviceStatus,
      sinceMs: STATUSES_MS,
      groupPrefix: `${config.TOPIC_PREFIX}realtime-`,
      handle: createStatusReader({ codec, system, log }),
      onResync: () => {},
      onCrash: (err) => log.error({ err }, "the consumer of statuses failed: statuses are no longer read"),
    });
  return {
    begin: (system: Realtime["system"]) =>
      void ready.then(() => {
        if (!stopped) follower = follow(system);
      }),
    stop: async () => {
      stopped = true;
      if (follower) await leave(follower);
    },
  };
}
