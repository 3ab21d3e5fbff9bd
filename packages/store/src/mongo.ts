import type { CallQueries, CallRebuild, CallStore } from "@teravoz/domain";
import type { Log } from "@teravoz/runtime";
import { applyBatch } from "./apply.ts";
import { type Collections, openCollections, prepareCollections } from "./collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "./connect.ts";
import { createMongoQueries } from "./mongo-queries.ts";
import { orUnavailable } from "./outage.ts";
import { positionId } from "./positions.ts";
import { createMongoRebuild } from "./rebuild/mongo-rebuild.ts";
import { runTransaction } from "./transaction.ts";

export type MongoStore = CallStore &
  CallQueries &
  CallRebuild & {
    /** Creates the collections and indexes that are missing; may be repeated, by several instances at once. */
    prepare(): Promise<void>;
  };

type Deps = { connection: MongoConnection; log: Log; now: () => number };

/**
 * The store on MongoDB. `prepare` must have succeeded once, by any instance, before a batch is applied. `now` in ms. After an
 * Unavailable of `apply` the batch may have been stored (its commit's answer was lost): read the position before
 * going on.
 */
export function createMongoStore({
  connection,
  log,
  now = Date.now,
}: Omit<Deps, "now"> & { now?: () => number }): MongoStore {
  const deps = { connection, log, now };
  const collections = openCollections(connection.db);
  return {
    ...createMongoQueries(collections),
    ...createMongoRebuild(deps, collections),
    prepare: () => orUnavailable(() => prepareCollections(connection.db)),
    position: (topic, partition) => orUnavailable(() => readPosition(collections, topic, partition)),
    apply: (...batch) => orUnavailable(() => apply(deps, collections, ...batch)),
  };
}

async function readPosition({ positions }: Collections, topic: string, partition: number) {
  const _id = positionId(topic, partition);
  return (await positions.findOne({ _id }, { maxTimeMS: OPERATION_LIMIT_MS }))?.next ?? null;
}

function apply(
  { connection, log, now }: Deps,
  collections: Collections,
  ...[batch, fold]: Parameters<CallStore["apply"]>
): ReturnType<CallStore["apply"]> {
  const { topic, partition } = batch;
  return runTransaction(
    connection.client,
    (session) => applyBatch({ collections, session, now: now() }, batch, fold),
    (attempt) => log.debug({ topic, partition, attempt }, "the batch is tried again"),
  );
}
