import { randomUUID } from "node:crypto";
import type { Fold, StoredEvent } from "@teravoz/domain";
import { type Collection, type CollectionInfo, type Db, MongoServerError } from "mongodb";
import { firstId } from "../apply/settle.ts";
import { PAST_PREFIX, pastCollections } from "../erasure/erase.ts";
import { type Collections, openCollections } from "../mongo/collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import type { CallDocument } from "../mongo/documents.ts";
import { orUnavailable } from "../mongo/outage.ts";
import { keysOfEvents, listing, setApart, standingKeys } from "./keys.ts";

export type PastOptions = {
  connection: MongoConnection;
  /** The name, at most 40 letters, digits, _ and -. */
  name: string;
  /** The moment. Events that were received by then count. */
  until: Date;
  fold: Fold;
  /** Called with the number of calls that were written since the last call. It is awaited. */
  onLooked(calls: number): void | Promise<void>;
  isWanted(): boolean;
  /** The number of events in a page (default 5,000, which are about 700 calls). */
  pageEvents?: number;
};

/** The name of the collection; null if `name` has other characters or is too long. */
export const pastCollection = (name: string): string | null =>
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/.test(name) ? `${PAST_PREFIX}${name}` : null;

const PAGE_EVENTS = 5_000;

export type PastOutcome =
  | { outcome: "written"; calls: number }
  /** Nothing was replaced: the run was cancelled. */
  | { outcome: "stopped" }
  /** Nothing was replaced: another run of the same name began meanwhile. */
  | { outcome: "overtaken" }
  /** Nothing was written: these MAX_PASTS collections exist under other names. */
  | { outcome: "full"; names: string[] };

/**
 * The maximum number of past collections at the same time, including those that killed runs have left. Each may be as
 * large as `calls`.
 */
export const MAX_PASTS = 10;

/**
 * Writes the calls as they were known at a moment into a separate collection, which is replaced as a whole at the end.
 * `version` is the time of the last change by then, in ms. A call that is erased meanwhile is left out. A killed run
 * does not change the earlier collection. It leaves an unfinished collection, which the next run deletes. Throws
 * Unavailable.
 */
export const writePast = (options: PastOptions): Promise<PastOutcome> =>
  orUnavailable(() => writeWhole(options));

async function writeWhole(options: PastOptions): Promise<PastOutcome> {
  const { db } = options.connection;
  const collections = openCollections(db);
  const name = `${PAST_PREFIX}${options.name}`;
  const others = (await pastCollections(db)).filter(
    (each) => each !== name && !each.startsWith(`${name}.part`),
  );
  if (others.length >= MAX_PASTS) return { outcome: "full", names: others.sort() };
  const part = await beginPart(db, name);
  const begun = await uuidOf(db, part);
  if (!(await writePages(collections, part, options))) return giveUp(part, "stopped");
  await removeErased(db, collections, part.collectionName);
  if ((await uuidOf(db, part)) !== begun || !(await publish(part, name))) return giveUp(part, "overtaken");
  // deletes calls that were erased between the last check and the rename: their erasure may have used the old name
  return { outcome: "written", calls: await removeErased(db, collections, name) };
}

type Part = Collection<CallDocument>;

/**
 * Creates the collection that this run writes to, under a name that no other run has. Drops the collections of other
 * runs: those runs were killed, or will find that they are overtaken.
 */
async function beginPart(db: Db, name: string): Promise<Part> {
  const parts = db.listCollections({ name: { $regex: `^${name}\\.part` } }, { nameOnly: true });
  for (const other of await parts.toArray()) await db.collection(other.name).drop().catch(unlessAbsent);
  return db.createCollection<CallDocument>(`${name}.part-${randomUUID()}`);
}

/**
 * The uuid of the collection. A write to a dropped collection creates another one of the same name, which holds only
 * the rest of the calls. Only the uuid distinguishes the two.
 */
async function uuidOf(db: Db, { collectionName }: Part): Promise<string | undefined> {
  const [found] = await db.listCollections({ name: collectionName }).toArray();
  return (found as CollectionInfo | undefined)?.info?.uuid?.toString("hex");
}

async function publish(part: Part, name: string): Promise<boolean> {
  const renamed = await part.rename(name, { dropTarget: true }).catch(unlessAbsent);
  return renamed !== undefined;
}

async function giveUp(part: Part, outcome: "stopped" | "overtaken"): Promise<PastOutcome> {
  await part.drop().catch(unlessAbsent);
  return { outcome };
}

/** Writes all pages. Returns false if the run was cancelled. */
async function writePages(collections: Collections, part: Part, options: PastOptions): Promise<boolean> {
  for (let after: string | null = ""; after !== null; ) {
    if (!options.isWanted()) return false;
    const { keys, last }: Awaited<ReturnType<typeof keysOfEvents>> = await keysOfEvents(
      collections,
      after,
      options.pageEvents ?? PAGE_EVENTS,
    );
    const { items, oversized } = await setApart(collections, keys);
    for (const work of [items, ...oversized.map((key) => [key])])
      await writeKeys(collections, part, work, options);
    await options.onLooked(keys.length);
    after = last;
  }
  return true;
}

async function writeKeys(
  { events }: Collections,
  part: Part,
  keys: string[],
  { until, fold }: PastOptions,
): Promise<void> {
  const known = { kind: "call" as const, aggregate_id: { $in: keys }, received_at: { $lte: until } };
  const found = (await events.find(known, listing).toArray()).map(({ _id, ...event }) => ({
    uuid: _id,
    ...event,
  }));
  const histories = Map.groupBy(found, ({ aggregate_id }) => aggregate_id);
  const calls = [...histories.values()].flatMap((history) => pastCall(history, fold));
  if (calls.length > 0) await part.insertMany(calls, { ordered: false });
}

function pastCall(events: StoredEvent[], fold: Fold): CallDocument[] {
  const folded = fold(events);
  if (!folded) return [];
  const version = folded.updated_at.getTime();
  return [{ _id: folded.aggregate_id, ...folded, id: firstId(events), version }];
}

/** Removes the calls that were erased meanwhile. Returns the number of the remaining calls. */
async function removeErased(db: Db, collections: Collections, name: string): Promise<number> {
  const past: Part = db.collection(name);
  let count = 0;
  for (let after = ""; ; ) {
    const found = await past
      .find({ _id: { $gt: after } }, { projection: { _id: 1 }, maxTimeMS: OPERATION_LIMIT_MS })
      .sort({ _id: 1 })
      .limit(PAGE_EVENTS)
      .toArray();
    const ids = found.map(({ _id }) => _id);
    const standing = await standingKeys(collections, ids);
    const gone = ids.filter((id) => !standing.has(id));
    if (gone.length > 0) await past.deleteMany({ _id: { $in: gone } });
    count += standing.size;
    if (ids.length < PAGE_EVENTS) return count;
    after = ids.at(-1)!;
  }
}

/** The code of NamespaceNotFound. */
const ABSENT = 26;

function unlessAbsent(error: unknown): void {
  if (!(error instanceof MongoServerError && error.code === ABSENT)) throw error;
}
