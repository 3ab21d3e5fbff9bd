import { type Fold, foldCall, parseWebhook } from "@teravoz/domain";
import {
  createClient,
  createCodec,
  createPublisher,
  type Publisher,
  topicNames,
  topicsCheck,
} from "@teravoz/kafka";
import {
  closeServer,
  createApp,
  createHttpServer,
  createRouter,
  listen,
  runService,
  type Service,
  untilAvailable,
} from "@teravoz/runtime";
import {
  connectMongo,
  createMongoErasures,
  createMongoJobs,
  createMongoLetters,
  createMongoStore,
  type MongoStore,
} from "@teravoz/store";
import { settings } from "./config.ts";
import { consumeEvents } from "./consume.ts";
import { addDeadLetterRoutes, fileDeadLetters, watchWaiting } from "./dead-letters/index.ts";
import { addErasureRoutes, startDaily } from "./erasure/index.ts";
import { notifyChanges } from "./notices.ts";
import { claimPartitions, giveWayOnce, refoldOlder } from "./rebuild/takeover.ts";

/** What another may put around a part of the service before it is used; the service itself puts nothing there. */
export type Seams = {
  publisher?: (publisher: Publisher) => Publisher;
  store?: (store: MongoStore) => MongoStore;
  /** In place of the release's own. */
  fold?: Fold;
};

type ProjectorService = Service<typeof settings>;

/** Runs the process; resolves once it is started. */
export const runProjector = (seams: Seams = {}) =>
  runService("projector", settings, (service) => startProjector(service, seams));

async function startProjector(
  { config, log, metrics, health, onStop, fail }: ProjectorService,
  {
    publisher: aroundPublisher = (publisher) => publisher,
    store: aroundStore = (store) => store,
    fold = foldCall,
  }: Seams,
): Promise<void> {
  const topics = topicNames(config.TOPIC_PREFIX);
  const connection = await connectMongo({ uri: config.MONGODB_URI, log });
  onStop("mongodb", () => connection.close());
  const store = aroundStore(createMongoStore({ connection, log, erasureKeys: config.ERASURE_KEYS }));
  const client = createClient({ config, clientId: "teravoz-projector", log });
  const codec = createCodec({ config, topics, log });
  const publisher = aroundPublisher(createPublisher({ client, log, metrics }));
  onStop("publisher", () => publisher.stop());

  health.add("mongodb", connection.check);
  health.add("kafka", publisher.check);
  health.add("topics", topicsCheck({ client, topics, log }));
  health.add("registry", codec.check);

  const router = createRouter();
  const erasures = createMongoErasures({ connection, erasureKeys: config.ERASURE_KEYS });
  const erasing = { erasures, publisher, topics, now: () => new Date() };
  addErasureRoutes(router, { ...erasing, tokens: config.ADMIN_TOKEN, log });
  const letters = createMongoLetters({ connection, log });
  const redriving = { letters, codec, publisher, topics, parse: parseWebhook };
  addDeadLetterRoutes(router, { ...redriving, tokens: config.ADMIN_TOKEN, log });
  const app = createApp(router, { health, metrics, metricsTokens: config.METRICS_TOKEN, log });
  const server = createHttpServer(app.callback());
  const port = await listen(server, config.HOST, config.PORT ?? config.PROJECTOR_PORT);
  onStop("http", () => closeServer(server));
  log.info({ port }, "listening");

  health.add("consumer", () => ({ ok: false, reason: "waits for the schemas and the database" }));
  await codec.ready();
  await untilAvailable(() => store.prepare(), { log });
  const isBehind = await claimPartitions({ store, topics, fold, log }, health);
  const outlets = { codec, publisher, topics, log, metrics, now: () => new Date() };
  const onSuperseded = giveWayOnce(fold, log, fail);
  const consumer = consumeEvents({
    ...{ ...outlets, client, store, fold, onSuperseded },
    prefix: config.TOPIC_PREFIX,
    onCrash: (error) => fail("consumer", error),
  });
  health.add("consumer", consumer.check);
  onStop("consumer", () => consumer.stop());
  const jobs = createMongoJobs({ connection });
  const daily = startDaily({ ...erasing, store, jobs, retentionDays: config.EVENT_RETENTION_DAYS, log });
  onStop("daily", () => daily.stop());
  const filing = fileDeadLetters({
    ...{ client, letters, store, topics, log, metrics, prefix: config.TOPIC_PREFIX },
    onCrash: (error) => fail("dead letters", error),
  });
  health.add("deadLetters", filing.check);
  onStop("dead letters", () => filing.stop());
  onStop("waiting letters", watchWaiting({ letters, metrics, log }));
  if (!isBehind) return;
  const refolding = refoldOlder({
    ...{ store, topics, fold, log, metrics, onSuperseded },
    notify: (changes) => notifyChanges(outlets, changes),
    onCrash: (error) => fail("refold", error),
  });
  onStop("refold", () => refolding.stop());
}
