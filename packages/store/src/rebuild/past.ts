import type { Fold, StoredEvent } from "@teravoz/domain";
import { type Collection, type Db, MongoServerError } from "mongodb";
import { type CallDocument, type Collections, openCollections } from "../collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "../connect.ts";
import { PAST_PREFIX } from "../erasure/erase.ts";
import { orUnavailable } from "../outage.ts";
import { firstId } from "../settle.ts";
import { keysOfEvents, listing, setApart, standingKeys } from "./keys.ts";

export type PastOptions = {
  connection: MongoConnection;
  /** Letters, digits, _ and -; at most 40. */
  name: string;
  /** Of each call the events received by then count. */
  until: Date;
  fold: Fold;
  /** So many calls more are written; it is waited for. */
  onLooked(calls: number): void | Promise<void>;
  isWanted(): boolean;
};

/** Null = another sign is in it. */
export const pastCollection = (name: string): string | null =>
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/.test(name) ? `${PAST_PREFIX}${name}` : null;

/** Events, and so about 700 calls, a page. */
const PAGE_EVENTS = 5_000;

/**
 * Writes the calls as they were known at a moment into a collection of their own, which is replaced as a whole once they are all
 * there; answers how many. `version` is that moment's too, the last change in ms. A call that is erased meanwhile is not
 * in it. Killed, it leaves what was there before, and its own beginning for the next run to clear. Throws Unavailable.
 */
export const writePast = (options: PastOptions): Promise<number | null> =>
  orUnavailable(() => writeWhole(options));

async function writeWhole(options: PastOptions): Promise<number | null> {
  const { db } = options.connection;
  const collections = openCollections(db);
  const name = `${PAST_PREFIX}${options.name}`;
  const part: Collection<CallDocument> = db.collection(`${name}.part`);
  await part.drop().catch(unlessAbsent);
  await db.createCollection(part.collectionName);
  for (let after: string | null = ""; after !== null; ) {
    if (!options.isWanted()) return null;
    const { keys, last }: Awaited<ReturnType<typeof keysOfEvents>> = await keysOfEvents(
      collections,
      after,
      PAGE_EVENTS,
    );
    const { items, overgrown } = await setApart(collections, keys);
    for (const work of [items, ...overgrown.map((key) => [key])])
      await writeKeys(collections, part, work, options);
    await options.onLooked(keys.length);
    after = last;
  }
  await removeErased(db, collections, part.collectionName);
  await part.rename(name, { dropTarget: true });
  // what was erased between the last look and the rename: who erased it may have looked under the old name
  return removeErased(db, collections, name);
}

async function writeKeys(
  { events }: Collections,
  part: Collection<CallDocument>,
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

/** Answers how many are left. */
async function removeErased(db: Db, collections: Collections, name: string): Promise<number> {
  const past: Collection<CallDocument> = db.collection(name);
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

/** NamespaceNotFound. */
const ABSENT = 26;

function unlessAbsent(error: unknown): void {
  if (!(error instanceof MongoServerError && error.code === ABSENT)) throw error;
}
