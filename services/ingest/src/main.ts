import { createClient, createCodec, createPublisher, topicNames, topicsCheck } from "@teravoz/kafka";
import { closeServer, createApp, createHttpServer, listen, runService } from "@teravoz/runtime";
import { createWebhookRouter } from "./app.ts";
import { settings } from "./config.ts";
import { createOutlet } from "./outlet.ts";

await runService("ingest", settings, async ({ config, log, metrics, health, onStop }) => {
  const topics = topicNames(config.TOPIC_PREFIX);
  const client = createClient({ config, clientId: "teravoz-ingest", log });
  const codec = createCodec({ config, topics, log });
  void codec.ready();
  const publisher = createPublisher({ client, log, metrics });
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
});
