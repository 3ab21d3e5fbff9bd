import type { CallRebuild, Change, Claim, Difference, Fold, Partition, Refolded } from "@teravoz/domain";
import { differenceOf, foldAgents, readAgents, type Settled, writeAgents } from "../apply/agents.ts";
import { readCalls, reading, writeCalls } from "../apply/apply.ts";
import type { Attempt } from "../apply/attempt.ts";
import { positionId } from "../apply/positions.ts";
import { type Collections, openCollections } from "../mongo/collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import { createCollections, createIndexes, prepareCollections } from "../mongo/indexes.ts";
import { orUnavailable } from "../mongo/outage.ts";
import { runTransaction } from "../mongo/transaction.ts";
import { listAgents, listKeys } from "./keys.ts";
import { type Known, refoldCalls } from "./refold.ts";

export type MongoRebuild = CallRebuild & {
  /**
   * Creates the missing collections, which `apply` needs. May be repeated, also by several instances at the same time.
   */
  createCollections(): Promise<void>;
  /**
   * Builds the missing indexes without stopping the traffic. May be repeated, also by several instances at the same
   * time. Throws Unavailable if a build takes long: the next call waits for the same build.
   */
  createIndexes(): Promise<void>;
  /** Creates collections and indexes. */
  prepare(): Promise<void>;
};

/** Folds calls again from their events, on MongoDB. `now` in ms. */
export function createMongoRebuild({
  connection: { client, db },
  now = Date.now,
}: {
  connection: Pick<MongoConnection, "client" | "db">;
  now?: () => number;
}): MongoRebuild {
  const collections = openCollections(db);
  const attempt = <T>(work: (attempt: Attempt) => Promise<T>) =>
    orUnavailable(() =>
      runTransaction(
        client,
        (session) => work({ collections, session, now: now() }),
        () => {},
      ),
    );
  return {
    createCollections: () => orUnavailable(() => createCollections(db)),
    createIndexes: () => orUnavailable(() => createIndexes(db)),
    prepare: () => orUnavailable(() => prepareCollections(db)),
    claim: (partitions, revision) => attempt((each) => claim(each, partitions, revision)),
    finish: (partitions, revision) => attempt((each) => finish(each, partitions, revision)),
    listKeys: (page) => orUnavailable(() => listKeys(collections, page)),
    compare: (keys, fold) => attempt((each) => compare(each, keys, fold)),
    refold: (work, fold) => attempt((each) => refold(each, work, fold)),
    listAgents: (page) => orUnavailable(() => listAgents(collections, page)),
    compareAgents: (keys, fold) => attempt((each) => compareAgents(each, keys, fold)),
    refoldAgents: (work, fold) => attempt((each) => refoldAgents(each, work, fold)),
    confirmNotified: (place, changes) => orUnavailable(() => confirm(collections, place, changes)),
  };
}

const idOf = ({ topic, partition }: Partition) => positionId(topic, partition);

/**
 * Claims the partitions. It writes only if a position differs: a start must not wait for a batch, and the batch of a
 * crashed process may block a partition for seconds.
 */
async function claim(
  { collections: { positions }, session }: Attempt,
  partitions: readonly Partition[],
  revision: number,
): Promise<Claim> {
  const options = { session, maxTimeMS: OPERATION_LIMIT_MS };
  const ids = partitions.map(idOf);
  const found = await positions.find({ _id: { $in: ids } }, options).toArray();
  const highest = Math.max(0, ...found.map(({ fold = 0 }) => fold));
  if (highest > revision) return { superseded: highest };
  const claimed = new Set(found.filter(({ fold }) => fold === revision).map(({ _id }) => _id));
  for (const _id of ids.filter((id) => !claimed.has(id)))
    await positions.updateOne(
      { _id },
      { $set: { fold: revision }, $setOnInsert: { next: null } },
      { ...options, upsert: true },
    );
  const isBehind = found.length < ids.length || found.some(({ refolded = 0 }) => refolded < revision);
  return { superseded: null, behind: isBehind };
}

async function finish(
  { collections: { positions }, session }: Attempt,
  partitions: readonly Partition[],
  revision: number,
): Promise<void> {
  const filter = { _id: { $in: partitions.map(idOf) } };
  const options = { session, maxTimeMS: OPERATION_LIMIT_MS };
  await positions.updateMany(filter, { $max: { refolded: revision } }, options);
}

async function compare(attempt: Attempt, keys: readonly string[], fold: Fold): Promise<Difference[]> {
  return refoldCalls(await readKnown(attempt, keys), fold, attempt.now).differences;
}

async function readKnown(attempt: Attempt, keys: readonly string[]): Promise<Known> {
  const filter = { aggregate_id: { $in: [...keys] }, kind: "call" as const };
  const found = await attempt.collections.events.find(filter, reading(attempt)).toArray();
  const events = found.map(({ _id, ...event }) => ({ uuid: _id, ...event }));
  return { keys, events, calls: await readCalls(attempt, [...keys]) };
}

async function refold(
  attempt: Attempt,
  { keys, ...place }: Partition & { keys: readonly string[] },
  fold: Fold,
): Promise<Refolded> {
  const fence = await raiseFence(attempt, place, fold.revision);
  if (fence.fold > fold.revision) return { superseded: fence.fold };
  const known = await readKnown(attempt, keys);
  const { written, removed, differences, changes } = refoldCalls(known, fold, attempt.now);
  await removeCalls(attempt, removed);
  await writeCalls(attempt, written, known.calls);
  const untold = [...fence.untold, ...changes];
  if (changes.length > 0) await keepUnnotified(attempt, place, untold);
  return { superseded: null, differences, changes: untold };
}

async function settleWhole(
  attempt: Attempt,
  keys: readonly string[],
  { readOccurrence }: Pick<Fold, "readOccurrence">,
): Promise<Settled[]> {
  const kept = await readAgents(attempt, keys);
  const folded = await foldAgents(attempt, keys, readOccurrence);
  return [...folded].map(([key, presence]) => ({ key, kept: kept.get(key), presence }));
}

const compareAgents = async (...asked: Parameters<typeof settleWhole>): Promise<Difference[]> =>
  (await settleWhole(...asked)).flatMap((each) => differenceOf(each) ?? []);

async function refoldAgents(
  attempt: Attempt,
  { keys, ...place }: Partition & { keys: readonly string[] },
  fold: Pick<Fold, "revision" | "readOccurrence">,
): Promise<Refolded> {
  const fence = await raiseFence(attempt, place, fold.revision);
  if (fence.fold > fold.revision) return { superseded: fence.fold };
  const settled = await settleWhole(attempt, keys, fold);
  await writeAgents(attempt, settled);
  const differences = settled.flatMap((each) => differenceOf(each) ?? []);
  const changes = differences.map(
    ({ key }): Change => ({ key, kind: "agent", version: attempt.now, erased: false }),
  );
  const untold = [...fence.untold, ...changes];
  if (changes.length > 0) await keepUnnotified(attempt, place, untold);
  return { superseded: null, differences, changes: untold };
}

/**
 * Raises the fence of a partition. It must be the first operation, because it takes the snapshot; any other writer of
 * the partition conflicts with it.
 */
async function raiseFence({ collections, session }: Attempt, place: Partition, revision: number) {
  const fence = await collections.positions.findOneAndUpdate(
    { _id: idOf(place) },
    { $inc: { refolds: 1 }, $max: { fold: revision }, $setOnInsert: { next: null } },
    { session, upsert: true, returnDocument: "after", maxTimeMS: OPERATION_LIMIT_MS },
  );
  return { fold: fence?.fold ?? revision, untold: fence?.untold ?? [] };
}

async function removeCalls({ collections, session }: Attempt, keys: string[]): Promise<void> {
  if (keys.length === 0) return;
  const options = { session, maxTimeMS: OPERATION_LIMIT_MS };
  await collections.calls.deleteMany({ _id: { $in: keys } }, options);
}

async function keepUnnotified(
  { collections, session }: Attempt,
  place: Partition,
  untold: Change[],
): Promise<void> {
  const options = { session, maxTimeMS: OPERATION_LIMIT_MS };
  await collections.positions.updateOne({ _id: idOf(place) }, { $set: { untold } }, options);
}

/**
 * Confirms the notified changes. If another rebuild has added changes meanwhile, all of them stay, and that rebuild
 * notifies them.
 */
async function confirm(
  { positions }: Collections,
  place: Partition,
  changes: readonly Change[],
): Promise<void> {
  const confirmed = { _id: idOf(place), untold: { $eq: [...changes] } };
  await positions.updateOne(confirmed, { $unset: { untold: 1 } }, { maxTimeMS: OPERATION_LIMIT_MS });
}
