import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { type CallQueries, parseWebhook } from "@teravoz/domain";
import {
  createClient,
  createCodec,
  createPublisher,
  followTopic,
  topicNames,
  topicsCheck,
} from "@teravoz/kafka";
import { listen, runService, type Service } from "@teravoz/runtime";
import { connectMongo, createMongoLetters, createMongoQueries } from "@teravoz/store";
import { settings } from "./config.ts";
import { createNoticeReader } from "./notices.ts";
import { createRealtime, type Realtime } from "./realtime.ts";
import { createLatePublisher, type Redrive } from "./redrive.ts";

/** A broker that is away cannot remove the group; an empty group without offsets harms nobody and expires there. */
const LEAVE_MS = 4_000;

/**
 * Lists are garbage once they are sent, and V8 lets a small heap grow fourfold before it collects the old part: under 20,000 events
 * and 1,000 clients to 470 MB. Collected at one and a half it is 340, as fast.
 */
const HEAP_GROWTH = "--heap-growing-percent=50";

type RealtimeService = Service<typeof settings>;

/** What another may put around a part of the service before it is used; the service itself puts nothing there. */
export type Seams = { queries?: (queries: CallQueries) => CallQueries };

/** Runs the process; resolves once it is started. */
export function runRealtime({ queries: around = (queries) => queries }: Seams = {}) {
  setFlagsFromString(HEAP_GROWTH);
  return runService("realtime", settings, (service) => startRealtime(service, around));
}

async function startRealtime(service: RealtimeService, around: NonNullable<Seams["queries"]>): Promise<void> {
  const { config, log, onStop } = service;
  const connection = await connectDatabase(service);
  const kafka = openKafka(service);
  const letters = createMongoLetters({ connection, log });
  const redrive = openRedrive(service, kafka, letters);
  const queries = around(createMongoQueries(connection));
  const realtime = createSockets(service, { queries, letters, redrive });
  // what happened while it was away may have been told to nobody
  connection.onPrimary(() => realtime.feed.doubt());
  followChanges(service, kafka, realtime);
  // the last to start is the first to stop: no client stays that is no longer told of changes
  onStop("sockets", () => realtime.stop());
  const port = await listen(realtime.server, config.HOST, config.PORT ?? config.REALTIME_PORT);
  log.info({ host: config.HOST, port }, "listening");
}

async function connectDatabase({ config, log, health, onStop }: RealtimeService) {
  const connection = await connectMongo({ uri: config.MONGODB_URI, log });
  onStop("mongodb", () => connection.close());
  health.add("mongodb", () => connection.check());
  return connection;
}

type Kafka = ReturnType<typeof openKafka>;

function openKafka({ config, log }: RealtimeService) {
  const topics = topicNames(config.TOPIC_PREFIX);
  const client = createClient({ config, clientId: "realtime", log });
  return { topics, client, codec: createCodec({ config, topics, log }) };
}

/** One lane: an operator waits for each. */
const REDRIVE_LIMITS = { lanes: 1 };

function openRedrive(
  { config, log, metrics, onStop }: RealtimeService,
  { topics, client, codec }: Kafka,
  letters: Redrive["letters"],
): Redrive | null {
  const tokens = config.ADMIN_TOKEN;
  if (tokens === null) return null;
  const publisher = createLatePublisher(() =>
    createPublisher({ client, log, metrics, limits: REDRIVE_LIMITS }),
  );
  onStop("publisher", () => publisher.stop());
  return { tokens, letters, codec, publisher, topics, parse: parseWebhook };
}

type Sources = Pick<Parameters<typeof createRealtime>[0], "queries" | "letters" | "redrive">;

function createSockets({ config, log, health, metrics }: RealtimeService, sources: Sources): Realtime {
  const admission = { tokens: config.DASHBOARD_TOKEN, origins: config.ALLOWED_ORIGINS };
  const account = { queues: config.QUEUES, zone: config.ACCOUNT_TIME_ZONE };
  return createRealtime({
    ...sources,
    account,
    admission,
    metricsTokens: config.METRICS_TOKEN,
    health,
    metrics,
    log,
  });
}

/** Runs in the background, also where Kafka or the registry come up later than this process. */
function followChanges(service: RealtimeService, { topics, client, codec }: Kafka, { feed }: Realtime): void {
  const { config, log, health, metrics, onStop, fail } = service;
  health.add("topics", topicsCheck({ client, topics, log }));
  health.add("registry", () => codec.check());
  const follower = followTopic({
    client,
    topic: topics.callChanges,
    groupPrefix: `${config.TOPIC_PREFIX}realtime-`,
    log,
    metrics,
    handle: createNoticeReader({ codec, feed, log }),
    onDoubt: () => feed.doubt(),
    onCrash: (error) => fail("following call changes", error),
  });
  health.add("kafka", () => follower.check());
  const late = () => sleep(LEAVE_MS, undefined, { ref: false });
  onStop("kafka", () => Promise.race([follower.stop(), late()]));
  codec.ready().catch((error: unknown) => fail("looking up schemas", error));
}
