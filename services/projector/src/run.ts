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
import { connectMongo, createMongoStore, type MongoStore } from "@teravoz/store";
import { settings } from "./config.ts";
import { consumeEvents } from "./consume.ts";

/** What another may put around a part of the service before it is used; the service itself puts nothing there. */
export type Seams = {
  publisher?: (publisher: Publisher) => Publisher;
  store?: (store: MongoStore) => MongoStore;
};

type ProjectorService = Service<typeof settings>;

/** Runs the process; resolves once it is started. */
export const runProjector = (seams: Seams = {}) =>
  runService("projector", settings, (service) => startProjector(service, seams));

async function startProjector(
  { config, log, metrics, health, onStop, fail }: ProjectorService,
  { publisher: aroundPublisher = (publisher) => publisher, store: aroundStore = (store) => store }: Seams,
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
  const app = createApp(router, { health, metrics, metricsTokens: config.METRICS_TOKEN, log });
  const server = createHttpServer(app.callback());
  const port = await listen(server, config.HOST, config.PORT ?? config.PROJECTOR_PORT);
  onStop("http", () => closeServer(server));
  log.info({ port }, "listening");

  health.add("consumer", () => ({ ok: false, reason: "waits for the schemas and the database" }));
  await codec.ready();
  await untilAvailable(() => store.prepare(), { log });
  const consumer = consumeEvents({
    ...{ client, store, codec, publisher, topics, log, metrics },
    prefix: config.TOPIC_PREFIX,
    now: () => new Date(),
    onCrash: (error) => fail("consumer", error),
  });
  health.add("consumer", consumer.check);
  onStop("consumer", () => consumer.stop());
}
