import type { Batch, CallQueries, CallStore, Fold, ReadOccurrence, SystemQueries } from "@teravoz/domain";
import type { Log } from "@teravoz/runtime";
import { deadLetterId } from "../dead-letters/dead-letter-page.ts";
import { forgetErased, listAgentEvents, thinOut } from "../erasure/erase.ts";
import { findErased, knowsPersons } from "../erasure/ledger.ts";
import { createLedgerNames, type LedgerNames } from "../erasure/names.ts";
import { type Collections, openCollections } from "../mongo/collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import { orUnavailable } from "../mongo/outage.ts";
import { runTransaction } from "../mongo/transaction.ts";
import { createMongoQueries } from "../queries/mongo-queries.ts";
import { createMongoSystemQueries } from "../queries/system-queries.ts";
import { createMongoRebuild, type MongoRebuild } from "../rebuild/mongo-rebuild.ts";
import { applyBatch } from "./apply.ts";
import { createMongoPositions, readEpoch } from "./positions.ts";

export type MongoStore = CallStore & CallQueries & SystemQueries & MongoRebuild;

type Deps = { connection: MongoConnection; log: Log; now: () => number; names: LedgerNames };

export type MongoStoreOptions = {
  connection: MongoConnection;
  /** The secrets of the ledger of erasures, newest first. All writers of a database list the same. */
  erasureKeys: readonly string[];
  log: Log;
  now?: () => number;
  /** See createMongoQueries. */
  readOccurrence?: ReadOccurrence;
};

/**
 * The store on MongoDB. `createCollections` must have succeeded once in any instance before a batch is applied. `now`
 * in ms. If `apply` throws Unavailable, the batch may be stored nevertheless, because the answer to its commit may be
 * lost: read the position before the next batch.
 */
export function createMongoStore({
  erasureKeys,
  now = Date.now,
  readOccurrence,
  ...parts
}: MongoStoreOptions): MongoStore {
  const { connection } = parts;
  const names = createLedgerNames(erasureKeys);
  const deps = { ...parts, now, names };
  const collections = openCollections(connection.db);
  return {
    ...createMongoQueries(connection, readOccurrence && { readOccurrence }),
    ...createMongoSystemQueries(connection),
    ...createMongoRebuild(deps),
    ...createMongoPositions(collections),
    apply: (...batch) => orUnavailable(() => apply(deps, collections, ...batch)),
    findErased: (keys) => orUnavailable(() => findErased(collections, names, keys)),
    ledgerEpoch: (...place) => orUnavailable(() => readEpoch(collections, ...place)),
    knowsPersons: () => orUnavailable(() => knowsPersons(collections)),
    listAgentEvents: (...asked) => orUnavailable(() => listAgentEvents(collections, ...asked)),
    hasDeadLetter: (body) =>
      orUnavailable(async () => {
        const stored = { _id: deadLetterId({ body }) };
        return (await collections.deadLetters.countDocuments(stored, { maxTimeMS: OPERATION_LIMIT_MS })) > 0;
      }),
    forget: (erased) => orUnavailable(() => forgetErased(connection.db, collections, erased)),
  };
}

async function apply(
  { connection, log, now, names }: Deps,
  collections: Collections,
  batch: Batch,
  fold: Fold,
): ReturnType<CallStore["apply"]> {
  const { topic, partition, erasures = [] } = batch;
  if (erasures.length > 0) {
    await thinOut(collections, erasures);
    // the transaction will record in the ledger that everything is deleted
    await forgetErased(connection.db, collections, erasures);
  }
  return runTransaction(
    connection.client,
    (session) => applyBatch({ collections, session, now: now(), names }, batch, fold),
    (attempt) => log.debug({ topic, partition, attempt }, "storing the batch failed, retrying"),
  );
}
