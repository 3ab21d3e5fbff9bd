import { setTimeout as sleep } from "node:timers/promises";
import type { Check, Log } from "@teravoz/runtime";
import { type Db, type Document, type FindOptions, MongoClient, type MongoClientOptions } from "mongodb";

export type MongoConnection = {
  client: MongoClient;
  /** The database that the path of the URI names, or `teravoz`. */
  db: Db;
  /**
   * Checks whether the primary of a replica set answers now and a majority of the set follows it. Answers within a
   * second.
   */
  check(): Promise<Check>;
  /** Calls the listener each time a primary can be reached, for the first time or again. */
  onPrimary(listener: () => void): void;
  close(): Promise<void>;
};

/**
 * The time limit of one operation on the server. The slowest operation reads the events of a thousand calls at once and
 * takes well under a second; ten seconds leave room for a busy disk.
 */
export const OPERATION_LIMIT_MS = 10_000;
/** The time limit of `check`. A probe of /readyz times out after a second, so the answer must be ready before. */
const CHECK_LIMIT_MS = 800;
/** The time limit of the read that a majority has to confirm. A majority confirms a read within some milliseconds. */
const CONFIRM_LIMIT_MS = 500;
/**
 * The pause between two tries before the first connection. A try may fail at once, for example if a name does not
 * resolve.
 */
const RETRY_PAUSE_MS = 1_000;

/** The name of our connections in MongoDB. Our own transactions are found by it. */
export const APP_NAME = "teravoz";

/** Options that override the URI: the promises of the store depend on them, so an operator cannot choose them. */
const OPTIONS: MongoClientOptions = {
  appName: APP_NAME,
  // on the disks of a majority, so that an acknowledged write survives the loss of the primary
  writeConcern: { w: "majority", journal: true },
  readConcern: { level: "majority" },
  // a secondary may lack a change of which a client was just notified
  readPreference: "primary",
  // the defaults of the driver wait for 30 s, forever, or not at all. Five seconds cover a usual election, and callers
  // (a paused partition, a client with a Failed answer) try again anyway
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 5_000,
  waitQueueTimeoutMS: 5_000,
  // a primary that keeps its connections and answers nothing counts as lost after this and connectTimeoutMS, seven
  // seconds together, and its pending requests are tried again. The other members elect another primary after ten
  // seconds; with the default of the driver it would take fifteen
  heartbeatFrequencyMS: 2_000,
  // longer than the limit of an operation, so only a connection that died silently reaches this limit
  socketTimeoutMS: OPERATION_LIMIT_MS + 5_000,
};

/**
 * Connects to the replica set of `uri`. Resolves at once, even if MongoDB cannot be reached. Until MongoDB answers,
 * `check` reports it, every operation fails with a temporary error, and the connection is retried.
 */
export async function connectMongo({ uri, log }: { uri: string; log: Log }): Promise<MongoConnection> {
  const client = new MongoClient(uri, OPTIONS);
  const db = client.db(databaseOf(uri));
  const life: Life = { closed: false, refusal: null };
  const listeners = new Set<() => void>();
  watchPrimary(client, log, listeners);
  const joined = join(client, life);
  return {
    client,
    db,
    check: createCheck(db, life),
    onPrimary: (listener) => void listeners.add(listener),
    async close() {
      life.closed = true;
      await client.close();
      await joined;
    },
  };
}

/**
 * The state of a connection. `refusal` is the reason why the first connection failed, because the client itself reports
 * only that it is closed.
 */
type Life = { closed: boolean; refusal: unknown };

/**
 * Connects, and tries again until it succeeds. A client whose first connect failed stays closed: the driver reconnects
 * only a client that was connected once.
 */
async function join(client: MongoClient, life: Life): Promise<void> {
  while (!life.closed) {
    try {
      await client.connect();
      life.refusal = null;
      if (life.closed) await client.close();
      return;
    } catch (error) {
      // `check` and the log of the topology report that MongoDB cannot be reached
      life.refusal = error;
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

/**
 * Creates `check`. It sends one request at a time, which concurrent probes share, so that no requests pile up at a
 * database that hangs.
 */
function createCheck(db: Db, life: Life): () => Promise<Check> {
  let asked: Promise<Check> | null = null;
  return async () => {
    const ask = () =>
      askPrimary(db).catch((error) => ({ ok: false, reason: reasonOf(life.refusal ?? error) }));
    asked ??= ask().finally(() => {
      asked = null;
    });
    const late = sleep<Check>(CHECK_LIMIT_MS, { ok: false, reason: AWAY }, { ref: false });
    return Promise.race([asked, late]);
  };
}

const AWAY = "no primary answers";
const UNCONFIRMED = "the primary is not confirmed by a majority";
const NO_REPLICA_SET =
  "mongodb is not a replica set, and transactions need one: start mongod with --replSet and initiate the set";

type Asked = { command(command: Document): Promise<Document>; collection(name: string): Readable };
type Readable = { findOne(filter: Document, options: FindOptions): Promise<unknown> };

/**
 * Asks the primary for its role, and then for a read that a majority must confirm: a primary that is cut off from the
 * other members stays primary until its election timeout. Throws if there is no answer.
 */
export async function askPrimary(db: Asked): Promise<Check> {
  const check = checkHello(await db.command({ hello: 1, maxTimeMS: CHECK_LIMIT_MS }));
  if (!check.ok) return check;
  const confirmed = { readConcern: { level: "linearizable" }, maxTimeMS: CONFIRM_LIMIT_MS } as const;
  try {
    await db.collection("account").findOne({ _id: "any" }, confirmed);
    return check;
  } catch (error) {
    if (Object(error).code === TIME_LIMIT) return { ok: false, reason: UNCONFIRMED };
    throw error;
  }
}

/** Judges a server by its answer to `hello`. `isdbgrid` marks a router, whose shards are replica sets. */
export function checkHello({ isWritablePrimary, setName, msg }: Document): Check {
  if (!isWritablePrimary) return { ok: false, reason: AWAY };
  return setName || msg === "isdbgrid" ? { ok: true } : { ok: false, reason: NO_REPLICA_SET };
}

/** The code of MaxTimeMSExpired. */
const TIME_LIMIT = 50;
/** The code of AuthenticationFailed. */
const LOGIN_REFUSED = 18;

export const reasonOf = (error: unknown): string =>
  Object(error).code === LOGIN_REFUSED ? "mongodb refuses the login" : AWAY;
