import {
  type Account,
  type CallQueries,
  createFindParties,
  createReadOccurrence,
  type DeadLetters,
  type FoldRules,
  type Jobs,
  type Readiness,
  type SystemQueries,
} from "@teravoz/domain";
import type { Check, Log } from "@teravoz/runtime";
import { createMongoStore, type MongoStore } from "./apply/mongo-store.ts";
import { createMongoDeadLetters } from "./dead-letters/mongo-dead-letters.ts";
import { createMongoErasures, type Erasures } from "./erasure/mongo-erasures.ts";
import { createMongoAccount } from "./mongo/account.ts";
import { connectMongo, type MongoConnection } from "./mongo/connect.ts";
import { createMongoJobs } from "./mongo/jobs.ts";
import { createMongoReadiness } from "./mongo/readiness.ts";
import { createMongoQueries } from "./queries/mongo-queries.ts";
import { createMongoSystemQueries } from "./queries/system-queries.ts";
import { createMongoRebuild, type MongoRebuild } from "./rebuild/mongo-rebuild.ts";

export type StoreConfig = {
  /** The URI of MongoDB. It names a replica set and the database. */
  uri: string;
  /** The rules of the account, by which bodies and stamps are read. */
  rules: FoldRules;
  log: Log;
};

/**
 * The configuration of a service that writes. `erasureKeys` are the secrets of the ledger of erasures, newest first:
 * every writer of a database lists the same.
 */
export type WriterConfig = StoreConfig & { erasureKeys: readonly string[] };

/** The ports of one database. */
export type Storage = {
  queries: CallQueries & SystemQueries;
  deadLetters: DeadLetters;
  account: Account;
  jobs: Jobs;
  rebuild: MongoRebuild;
  /** The port of one instance of a service. */
  readinessOf(instance: string): Readiness;
  /** Checks whether the database answers now. Answers within a second. */
  check(): Promise<Check>;
  /** Calls the listener each time the database can be reached, for the first time or again. */
  onReachable(listener: () => void): void;
  close(): Promise<void>;
};

/** The ports of a service that writes events and erasures, too. */
export type WriterStorage = Storage & { store: MongoStore; erasures: Erasures };

/** The connection, for operations that only MongoDB has. */
type OnMongo = { connection: MongoConnection };

/**
 * Opens all ports of a database over one connection. Resolves at once, even if MongoDB cannot be reached. Until MongoDB
 * answers, `check` reports it, and every operation throws Unavailable. A service that writes nothing needs no keys of
 * the ledger.
 */
export function openStore(config: WriterConfig): Promise<WriterStorage & OnMongo>;
export function openStore(config: StoreConfig): Promise<Storage & OnMongo>;
export async function openStore({
  uri,
  rules,
  log,
  erasureKeys,
}: StoreConfig & Partial<WriterConfig>): Promise<(Storage | WriterStorage) & OnMongo> {
  const connection = await connectMongo({ uri, log });
  const readOccurrence = createReadOccurrence(rules.senderZone);
  const storage: Storage & OnMongo = {
    connection,
    queries: {
      ...createMongoQueries(connection, { readOccurrence }),
      ...createMongoSystemQueries(connection),
    },
    deadLetters: createMongoDeadLetters({ connection, log }),
    account: createMongoAccount(connection),
    jobs: createMongoJobs({ connection }),
    rebuild: createMongoRebuild({ connection }),
    readinessOf: (instance) => createMongoReadiness(connection, instance),
    check: connection.check,
    onReachable: connection.onPrimary,
    close: connection.close,
  };
  if (!erasureKeys) return storage;
  const options = { connection, erasureKeys, readOccurrence };
  return {
    ...storage,
    store: createMongoStore({ ...options, log }),
    erasures: createMongoErasures({ ...options, parties: createFindParties(rules) }),
  };
}
