import { randomBytes } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { createReadOccurrence, type ReadOccurrence } from "@teravoz/domain";
import {
  createClient,
  createCodec,
  createPublisher,
  createStatusReporter,
  type Publisher,
  type PublisherLimits,
  topicNames,
  topicsCheck,
} from "@teravoz/kafka";
import {
  closeServer,
  createHttpServer,
  createNameCounts,
  listen,
  type NameCounts,
  runService,
  type Service,
} from "@teravoz/runtime";
import { createApp } from "@teravoz/runtime/http";
import { openSpool, type Spool, type SpoolLimits, type SpoolOptions } from "@teravoz/spool";
import { countAnswers } from "./answers.ts";
import { createWebhookRouter } from "./app.ts";
import { settings } from "./config.ts";
import { createOutlet } from "./outlet.ts";
import { addChecks } from "./readiness.ts";
import { createRoutes } from "./routes.ts";
import { createForwarding, createSpoolingOutlet, type Outlet } from "./store-and-forward.ts";

/** Parts of the service that a test may replace. The service itself replaces none. */
export type Seams = {
  /** Wraps the publisher before it is used. */
  publisher?: (publisher: Publisher) => Publisher;
  /** Replace the limits of the publisher and of the spool. */
  publisherLimits?: Partial<PublisherLimits>;
  spoolLimits?: Partial<SpoolLimits>;
};

type IngestService = Service<typeof settings>;

/**
 * The maximum number of waiting events. It is more than the vendor's largest burst (3,000) and half of MAX_OPEN:
 * further events are refused at once. A waiting request takes 12 KB.
 */
const MAX_WAITING = 5_000;
/**
 * The limits of the publisher for refusals. It is separate, because a delay of refusals must not delay events. One
 * producer and this queue are enough for a broken sender or a probe.
 */
const REFUSAL_LIMITS = { lanes: 1, maxQueueRecords: 500 };
/**
 * The maximum number of connections and of unanswered requests. Further ones are refused, so that no queue grows
 * without limit.
 */
const MAX_OPEN = 10_000;

/**
 * Limits how much the heap grows between two collections of its old generation. Refused requests leave garbage, and by
 * default V8 lets a small heap grow fourfold: by 460 MB under 50,000 events with the broker down. With this limit, one
 * and a half times its size, it grows by 270 MB at the same speed.
 */
const HEAP_GROWTH = "--heap-growing-percent=50";

/** Runs the process. Resolves once it is started. */
export const runIngest = (seams: Seams = {}) =>
  runService("ingest", settings, (service) => startIngest(service, seams));

async function startIngest(service: IngestService, seams: Seams): Promise<void> {
  setFlagsFromString(HEAP_GROWTH);
  const { config, log, health } = service;
  const { status, ...kafka } = openKafka(service, seams);
  const { topics, client, codec, publisher, refusals } = kafka;
  const outlet = createOutlet(kafka);
  const routes = createRoutes(kafka);
  const readOccurrence = createReadOccurrence(config.SENDER_TIME_ZONE);
  const forwarding = createForwarding(outlet, routes, readOccurrence);
  const canSend = () => publisher.check().ok;
  const spool = await startSpool(service, { ...forwarding, canSend, limits: seams.spoolLimits ?? {} });
  health.add("partitions", publisher.partitions);
  health.add("refusals", refusals.partitions);
  if (spool) health.add("backlog", spool.backlog);
  addChecks(
    health,
    { kafka: publisher.check, topics: topicsCheck({ client, topics, config, log }), registry: codec.check },
    spool,
  );
  const wrongPaths = createNameCounts();
  const spooling = spool ? createSpoolingOutlet({ outlet, routes, spool }) : outlet;
  await serve(service, { wrongPaths, outlet: spooling, readOccurrence });
  status.start(
    () => spoolFigures(spool),
    () => wrongPaths.list().map((each) => ({ ...each, kind: "path" })),
  );
}

/** Creates the Kafka parts, which connect in the background. */
function openKafka(service: IngestService, { publisher: around = (it) => it, publisherLimits }: Seams) {
  const { config, log, metrics, onStop } = service;
  const topics = topicNames(config.TOPIC_PREFIX);
  const client = createClient({ config, clientId: "teravoz-ingest", log });
  const codec = createCodec({ config, topics, client, log });
  void codec.ready();
  const status = createStatusReporter({ ...service, client, codec, topics, answers: metrics.answers });
  const limits = { maxQueueRecords: MAX_WAITING, ...publisherLimits };
  const own = createPublisher({ client, log, metrics, limits });
  const publisher = { ...own, ...around(own) };
  const refusals = createPublisher({
    client,
    log,
    metrics,
    limits: { ...publisherLimits, ...REFUSAL_LIMITS },
  });
  // stops last, after the last answers, because the status reports them too
  onStop("publisher", () => Promise.all([publisher.stop(), refusals.stop(), status.stop()]));
  return { topics, client, codec, publisher, refusals, status };
}

/** Returns 72 random bits as text. The ids only need to differ among the deliveries of one event. */
const newDeliveryId = () => randomBytes(9).toString("base64url");

type Serving = { wrongPaths: NameCounts; outlet: Outlet; readOccurrence: ReadOccurrence };

async function serve(
  { config, log, metrics, health, onStop }: IngestService,
  { wrongPaths, outlet, readOccurrence }: Serving,
): Promise<void> {
  const tokens = config.WEBHOOK_TOKEN;
  const now = () => new Date();
  const router = createWebhookRouter({ ...outlet, now, newDeliveryId, readOccurrence, metrics, tokens });
  const app = createApp(router, { health, metrics, metricsTokens: config.METRICS_TOKEN, log });
  const onAnswer = countAnswers({ answers: metrics.answers, wrongPaths });
  const server = createHttpServer(app.callback(), { maxOpen: MAX_OPEN, onAnswer });
  const port = await listen(server, config.HOST, config.PORT ?? config.INGEST_PORT);
  onStop("http", () => closeServer(server));
  log.info({ port }, "listening");
}

function spoolFigures(spool: Spool | undefined): Record<string, number> {
  if (!spool) return {};
  const { records, bytes, oldestSeconds } = spool.depth();
  const { refused, damagedBytes } = spool.aside();
  return {
    spool_records: records,
    spool_bytes: bytes,
    spool_oldest_ms: oldestSeconds * 1_000,
    spool_refused_records: refused,
    spool_damaged_bytes: damagedBytes,
  };
}

type Spooling = Pick<SpoolOptions, "canSend" | "send" | "destinationOf" | "limits">;

/** Opens the spool. Returns undefined if the settings name no directory. */
async function startSpool(
  { config, log, metrics, onStop }: IngestService,
  sending: Spooling,
): Promise<Spool | undefined> {
  if (!config.SPOOL_DIR) return undefined;
  const spool = await openSpool({
    root: config.SPOOL_DIR,
    maxBytes: config.SPOOL_MAX_BYTES,
    ...sending,
    log,
    metrics,
  });
  onStop("spool", () => spool.stop());
  return spool;
}
