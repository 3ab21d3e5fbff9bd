import { expect } from "@jest/globals";
import { createReadTelephone, type Event, findParties, foldCall, parseWebhook } from "@teravoz/domain";
import { createOutlet } from "@teravoz/ingest";
import type { Publisher } from "@teravoz/kafka";
import { addErasureRoutes, consumeEvents, type DailyPorts } from "@teravoz/projector";
import { closeServer, createHealth, createHttpServer, listen } from "@teravoz/runtime";
import { createApp, createRouter } from "@teravoz/runtime/http";
import { createMongoErasures, createMongoJobs, createMongoStore, type MongoStore } from "@teravoz/store";
import type { Db } from "mongodb";
import { eventually } from "../eventually.ts";
import { skipEarlierTests, type TestTopics } from "../stack/kafka.ts";
import { dropDatabase, erasureKeys, openStore } from "../stack/store.ts";

export const ADMIN_TOKEN = "the-admin-token";

export type Erasing = Awaited<ReturnType<typeof openErasing>>;

type Seams = { store?: (store: MongoStore) => MongoStore; publisher?: (publisher: Publisher) => Publisher };

/** Opens the admin API of erasures, and projectors, on the topics of a test with a new database. */
export async function openErasing(opened: TestTopics) {
  const { client, codec, log, metrics, prefix, topics } = opened;
  const { connection, store } = await openStore();
  await skipEarlierTests(opened, connection.db);
  opened.closing(() => dropDatabase(connection));
  const publisher = opened.publisher();
  const erasures = createMongoErasures({ connection, erasureKeys, parties: findParties });
  const readTelephone = createReadTelephone("BR");
  const ports = { erasures, store, codec, publisher, topics, readTelephone, now: () => new Date() };
  const outlet = createOutlet({ codec, publisher, topics });
  return {
    opened,
    connection,
    db: connection.db,
    store,
    erasures,
    publisher,
    url: await serve(opened, ports),
    daily: {
      ...ports,
      log,
      jobs: createMongoJobs({ connection }),
      retentionDays: null,
      isWanted: () => true,
    } satisfies DailyPorts as DailyPorts,
    /** Publishes events as ingest does. */
    publish: (bodies: readonly string[], received_at?: Date) =>
      Promise.all(bodies.map((body) => outlet.publish(eventOf(body, received_at)))).then(() => {}),
    /** Starts a projector in this process. `crashes` collects the errors that ended it. */
    project(
      { store: around = (it) => it, publisher: aroundPublisher = (it) => it }: Seams = {},
      keys = erasureKeys,
    ) {
      const crashes: unknown[] = [];
      const consumer = consumeEvents({
        parties: findParties,
        client,
        codec,
        topics,
        log,
        metrics,
        prefix,
        store: around(createMongoStore({ connection, log, erasureKeys: keys })),
        publisher: aroundPublisher(publisher),
        fold: foldCall,
        onSuperseded: (revision) => void crashes.push(revision),
        onCrash: (error) => void crashes.push(error),
      });
      opened.closing(consumer.stop);
      return { ...consumer, crashes };
    },
    storedPayloads: () => readPayloads(connection.db),
    /** Resolves when exactly these bodies are stored, each once. */
    untilStored: (bodies: readonly string[]) =>
      eventually(async () => {
        const payloads = await readPayloads(connection.db);
        // a description of the difference of two long lists takes far longer than reading them, so it is not
        // made at every try
        if (payloads.length !== bodies.length)
          throw new Error(`${payloads.length} events are stored, not ${bodies.length}`);
        expect(payloads.sort()).toEqual(bodies.toSorted());
      }),
  };
}

const readPayloads = async (db: Db): Promise<string[]> =>
  (await db.collection<{ payload: string }>("events").find().toArray()).map(({ payload }) => payload);

async function serve(
  { log, metrics, closing }: TestTopics,
  ports: Omit<Parameters<typeof addErasureRoutes>[1], "tokens" | "log">,
): Promise<string> {
  const router = createRouter();
  addErasureRoutes(router, { ...ports, tokens: [ADMIN_TOKEN], log });
  const operations = { health: createHealth(), metrics, metricsTokens: null, log };
  const server = createHttpServer(createApp(router, operations).callback());
  const port = await listen(server, "127.0.0.1", 0);
  closing(() => closeServer(server));
  return `http://127.0.0.1:${port}`;
}

export function eventOf(body: string, received_at = new Date()): Event {
  const parsed = parseWebhook(Buffer.from(body), received_at);
  if (parsed.outcome !== "accepted") throw new Error(`no event: ${body}`);
  return parsed.event;
}

/** Sends a request with the admin's token, unless `token` is another one or null. */
export async function ask(url: string, method: string, path: string, token: string | null = ADMIN_TOKEN) {
  const headers = token === null ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch(`${url}${path}`, { method, headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

/** Waits until the store is clean, and returns the receipt. */
export const untilClean = (url: string, path: string) =>
  eventually(async () => {
    const { status, body } = await ask(url, "GET", `${path}/erasure`);
    if (status !== 200 || body.data.clean_at === null) throw new Error(`not clean yet: ${status}`);
    return body.data as Record<string, string | number>;
  }, 30_000);

/**
 * The collections of the database that contain a text in their stored documents: in names, keys and values of
 * every kind.
 */
export async function findText({ db }: Pick<Erasing, "db">, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of await db.listCollections().toArray())
    for (const document of await db.collection(name).find({}, { raw: true }).toArray())
      if (Buffer.from(document as unknown as Uint8Array).includes(text)) found.push(name);
  return found;
}
