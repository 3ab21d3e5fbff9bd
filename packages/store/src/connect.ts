import { setTimeout as sleep } from "node:timers/promises";
import type { Check, Log } from "@teravoz/runtime";
import { type Db, MongoClient, type MongoClientOptions } from "mongodb";

export type MongoConnection = {
  client: MongoClient;
  /** The database of the URI's path, `teravoz` where it has none. */
  db: Db;
  /** Whether a primary answers right now; within a second. */
  check(): Promise<Check>;
  /** Calls the listener each time a primary can be reached, for the first time or again. */
  onPrimary(listener: () => void): void;
  close(): Promise<void>;
};

/**
 * One operation may take this long on the server. The slowest we have, the events of a thousand calls in one read,
 * takes well under a second; ten leave room for a busy disk.
 */
export const OPERATION_LIMIT_MS = 10_000;
/** A probe of /readyz is given up after a second: the answer must be there before. */
const CHECK_LIMIT_MS = 800;
/** Before the first connection, pause between two tries that failed at once (a name that does not resolve). */
const RETRY_PAUSE_MS = 1_000;

/** How our connections are known to MongoDB, and our transactions to each other. */
export const APP_NAME = "teravoz";

/** Stated here, and stronger than the URI: what the promises of the store rest on is no operator's choice. */
const OPTIONS: MongoClientOptions = {
  appName: APP_NAME,
  // what a majority has, on disk: an acknowledged write survives the loss of the primary
  writeConcern: { w: "majority", journal: true },
  readConcern: { level: "majority" },
  // a secondary may lag behind the change a client was just told of
  readPreference: "primary",
  // the driver's defaults wait for 30 s, for ever, or not at all; five seconds span a usual election, and
  // callers (a paused partition, a client with a Failed answer) try again anyway
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 5_000,
  waitQueueTimeoutMS: 5_000,
  // longer than an operation may take: only a link that died silently gets this far
  socketTimeoutMS: OPERATION_LIMIT_MS + 5_000,
};

/**
 * Connects to the replica set of `uri`. Resolves at once, also while MongoDB is away: until it is there `check` says so,
 * every operation fails with an error that passes, and the connection is made as soon as it can be.
 */
export async function connectMongo({ uri, log }: { uri: string; log: Log }): Promise<MongoConnection> {
  const client = new MongoClient(uri, OPTIONS);
  const life = { closed: false };
  const listeners = new Set<() => void>();
  watchPrimary(client, log, listeners);
  const joined = join(client, life);
  return {
    client,
    db: client.db(databaseOf(uri)),
    check: createCheck(client),
    onPrimary: (listener) => void listeners.add(listener),
    async close() {
      life.closed = true;
      await client.close();
      await joined;
    },
  };
}

/** A client whose first connect failed stays closed: the driver heals only what was connected once. */
async function join(client: MongoClient, life: { closed: boolean }): Promise<void> {
  while (!life.closed) {
    try {
      await client.connect();
      if (life.closed) await client.close();
      return;
    } catch {
      // the check and the log of the topology say that MongoDB is away
      await sleep(RETRY_PAUSE_MS, undefined, { ref: false });
    }
  }
}

function databaseOf(uri: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.exec(uri)?.[1];
  return path ? decodeURIComponent(path) : "teravoz";
}

function watchPrimary(client: MongoClient, log: Log, listeners: Iterable<() => void>): void {
  let reachable = false;
  client.on("topologyDescriptionChanged", ({ newDescription }) => {
    const writable = [...newDescription.servers.values()].some((server) => server.isWritable);
    if (writable === reachable) return;
    reachable = writable;
    if (!writable) return log.warn("mongodb has no primary");
    log.info("mongodb has a primary");
    for (const listener of listeners) listener();
  });
}

/** One ping at a time: probes that come while one waits share it, and a database that hangs gathers none. */
function createCheck(client: MongoClient): () => Promise<Check> {
  let ping: Promise<Check> | null = null;
  return async () => {
    ping ??= pingPrimary(client).finally(() => {
      ping = null;
    });
    const late = sleep<Check>(CHECK_LIMIT_MS, { ok: false, reason: "no primary answers" }, { ref: false });
    return Promise.race([ping, late]);
  };
}

async function pingPrimary(client: MongoClient): Promise<Check> {
  try {
    await client.db("admin").command({ ping: 1, maxTimeMS: CHECK_LIMIT_MS });
    return { ok: true };
  } catch {
    return { ok: false, reason: "no primary answers" };
  }
}
