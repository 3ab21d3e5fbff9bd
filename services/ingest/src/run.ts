import {
  createClient,
  createCodec,
  createPublisher,
  type Publisher,
  topicNames,
  topicsCheck,
} from "@teravoz/kafka";
import { closeServer, createApp, createHttpServer, listen, runService, type Service } from "@teravoz/runtime";
import { createWebhookRouter } from "./app.ts";
import { settings } from "./config.ts";
import { createOutlet } from "./outlet.ts";

/** What another may put around a part of the service before it is used; the service itself puts nothing there. */
export type Seams = { publisher?: (publisher: Publisher) => Publisher };

type IngestService = Service<typeof settings>;

/** Runs the process; resolves once it is started. */
export const runIngest = ({ publisher: around = (publisher) => publisher }: Seams = {}) =>
  runService("ingest", settings, (service) => startIngest(service, around));

async function startIngest(
  { config, log, metrics, health, onStop }: IngestService,
  around: NonNullable<Seams["publisher"]>,
): Promise<void> {
  const topics = topicNames(config.TOPIC_PREFIX);
  const client = createClient({ config, clientId: "teravoz-ingest", log });
  const codec = createCodec({ config, topics, log });
  void codec.ready();
  const publisher = around(createPublisher({ client, log, metrics }));
  onStop("publisher", () => publisher.stop());

  health.add("kafka", publisher.check);
  health.add("topics", topicsCheck({ client, topics, log }));
  health.add("registry", codec.check);

  const outlet = createOutlet({ codec, publisher, topics });
  const tokens = config.WEBHOOK_TOKEN;
  const router = createWebhookRouter({ ...outlet, now: () => new Date(), metrics, tokens });
  const app = createApp(router, { health, metrics, metricsTokens: config.METRICS_TOKEN, log });
  const server = createHttpServer(app.callback());
  // more than the vendor's largest burst; beyond it connections are refused, not queued without end
  server.maxConnections = 10_000;
  const port = await listen(server, config.HOST, config.PORT ?? config.INGEST_PORT);
  onStop("http", () => closeServer(server));
  log.info({ port }, "listening");
}
