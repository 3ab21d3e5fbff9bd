import { addDeadLetterRoutes } from "@teravoz/dead-letters";
import {
  createFindParties,
  createFold,
  createReadOccurrence,
  createReadTelephone,
  explainOtherRules,
  type Fold,
  type FoldRules,
  parseWebhook,
} from "@teravoz/domain";
import {
  createClient,
  createCodec,
  createPublisher,
  createStatusReporter,
  type PartitionConsumer,
  type Publisher,
  topicNames,
  topicsCheck,
} from "@teravoz/kafka";
import {
  closeServer,
  createHttpServer,
  foldRulesOf,
  listen,
  type Metrics,
  runService,
  type Service,
  untilAvailable,
} from "@teravoz/runtime";
import { createApp, createRouter } from "@teravoz/runtime/http";
import { followInstallation, type MongoStore, openStore } from "@teravoz/store";
import { settings } from "./config.ts";
import { consumeEvents } from "./consume.ts";
import { storeDeadLetters, watchDeadLetters } from "./dead-letters/index.ts";
import { addErasureRoutes, startDaily } from "./erasure/index.ts";
import { demandLedgerKeys, watchLedgerKeys } from "./erasure/ledger-keys.ts";
import { buildIndexes } from "./indexes.ts";
import { notifyChanges } from "./notices.ts";
import { claimPartitions, completeRebuilds, failOnceSuperseded } from "./rebuild/takeover.ts";

/** Wrappers that a test may put around a part of the service before it is used. The service itself uses none. */
export type Seams = {
  publisher?: (publisher: Publisher) => Publisher;
  store?: (store: MongoStore) => MongoStore;
  /** Replaces the release's own fold. */
  fold?: Fold;
  /** The time between two counts of waiting dead letters for the gauge, in ms. */
  countDeadLettersEveryMs?: number;
};

type ProjectorService = Service<typeof settings>;

/** Runs the process. Resolves when it has started. */
export const runProjector = (seams: Seams = {}) =>
  runService("projector", settings, (service) => startProjector(service, seams));

async function startProjector(service: ProjectorService, seams: Seams): Promise<void> {
  const parts = await openParts(service, seams);
  await serve(service, parts);
  let consumer: PartitionConsumer | undefined;
  parts.status.start(() => figuresOf(consumer, service.metrics));
  service.health.add("consumer", () => ({ ok: false, reason: "waiting for the schemas and the database" }));
  await parts.codec.ready();
  await untilAvailable(() => parts.store.createCollections(), service);
  const indexes = buildIndexes({ ...service, store: parts.store });
  service.onStop("indexes", () => indexes.stop());
  await indexes.started;
  await untilAvailable(() => demandLedgerKeys({ ...parts, log: service.log }), service);
  const rules = foldRulesOf(service.config);
  if (await claimRules(service, parts, rules))
    consumer = await startJobs(service, parts, { fold: createFold(rules), ...seams });
}

/** Returns whether the calls of the database are folded by our rules. Ends the process if they are not. */
async function claimRules(
  { log, fail }: ProjectorService,
  { account }: Parts,
  rules: FoldRules,
): Promise<boolean> {
  const reason = explainOtherRules(rules, await untilAvailable(() => account.claim(rules), { log }));
  if (reason === null) return true;
  log.fatal({ reason }, "the calls are folded by other rules: this process ends");
  fail("projector", new Error(reason));
  return false;
}

type Parts = Awaited<ReturnType<typeof openParts>>;

/** Opens the parts that the jobs and the admin API use. Connects in the background. */
async function openParts({ self, config, log, metrics, health, onStop }: ProjectorService, seams: Seams) {
  const { publisher: aroundPublisher = (publisher) => publisher, store: aroundStore = (store) => store } =
    seams;
  const topics = topicNames(config.TOPIC_PREFIX);
  const rules = foldRulesOf(config);
  const storage = await openStore({
    uri: config.MONGODB_URI,
    rules,
    log,
    erasureKeys: config.ERASURE_KEYS,
  });
  onStop("mongodb", () => storage.close());
  const { erasures, deadLetters, jobs, account } = storage;
  const store = aroundStore(storage.store);
  const [parties, readTelephone] = [createFindParties(rules), createReadTelephone(rules.region)];
  const readOccurrence = createReadOccurrence(rules.senderZone);
  const client = createClient({ config, clientId: "teravoz-projector", log });
  const codec = createCodec({ config, topics, client, log });
  const installation = followInstallation(account);
  const status = createStatusReporter({ self, installation, config, client, codec, topics, health, log });
  const publisher = aroundPublisher(createPublisher({ client, log, metrics }));
  onStop("publisher", () => Promise.all([publisher.stop(), status.stop()]));
  health.add("mongodb", storage.check);
  health.add("kafka", publisher.check);
  health.add("topics", topicsCheck({ client, topics, config, log }));
  health.add("registry", codec.check);
  const now = () => new Date();
  return {
    topics,
    store,
    erasures,
    deadLetters,
    jobs,
    account,
    parties,
    readTelephone,
    readOccurrence,
    client,
    codec,
    publisher,
    status,
    now,
  };
}

/** The figures that the status of this process reports. */
async function figuresOf(
  consumer: PartitionConsumer | undefined,
  { projectSeconds }: Metrics,
): Promise<Record<string, number>> {
  const { values } = await projectSeconds.get();
  const batches = values.find(({ metricName }) => metricName?.endsWith("_count"))?.value ?? 0;
  return { partitions: consumer?.partitions() ?? 0, batches };
}

async function serve(
  { config, log, metrics, health, onStop }: ProjectorService,
  parts: Parts,
): Promise<void> {
  const router = createRouter();
  const tokens = config.ADMIN_TOKEN;
  addErasureRoutes(router, { ...parts, tokens, log });
  const parse: typeof parseWebhook = (body, receivedAt) =>
    parseWebhook(body, receivedAt, parts.readOccurrence);
  addDeadLetterRoutes(router, { ...parts, parse, tokens, log });
  const app = createApp(router, { health, metrics, metricsTokens: config.METRICS_TOKEN, log });
  const server = createHttpServer(app.callback());
  const port = await listen(server, config.HOST, config.PORT ?? config.PROJECTOR_PORT);
  onStop("http", () => closeServer(server));
  log.info({ port }, "listening");
}

async function startJobs(
  service: ProjectorService,
  parts: Parts,
  { fold, countDeadLettersEveryMs }: Seams & { fold: Fold },
): Promise<PartitionConsumer> {
  const { config, log, metrics, health, onStop, fail } = service;
  const isBehind = await claimPartitions({ ...parts, fold, log }, health);
  const onSuperseded = failOnceSuperseded(fold, log, fail);
  const installation = await untilAvailable(() => parts.account.installation(), { log });
  const outlets = { ...parts, prefix: config.TOPIC_PREFIX, installation, log, metrics };
  const consumer = consumeEvents({
    ...outlets,
    fold,
    onSuperseded,
    onCrash: (error) => fail("consumer", error),
  });
  health.add("consumer", consumer.check);
  onStop("consumer", () => consumer.stop());
  onStop("ledger keys", watchLedgerKeys({ ...parts, log }, fail));
  const daily = startDaily({ ...parts, retentionDays: config.EVENT_RETENTION_DAYS, log });
  onStop("daily", () => daily.stop());
  const storing = storeDeadLetters({ ...outlets, onCrash: (error) => fail("dead letters", error) });
  health.add("deadLetters", storing.check);
  onStop("dead letters", () => storing.stop());
  const maxBytes = config.DEAD_LETTERS_MAX_BYTES;
  onStop(
    "watch of dead letters",
    watchDeadLetters({ ...outlets, maxBytes, everyMs: countDeadLettersEveryMs }),
  );
  const rebuilds = completeRebuilds({
    ...outlets,
    fold,
    isBehind,
    onSuperseded,
    notify: (changes) => notifyChanges(outlets, changes),
    onCrash: (error) => fail("refold", error),
  });
  onStop("refold", () => rebuilds.stop());
  return consumer;
}
