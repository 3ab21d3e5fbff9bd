import type { CallRebuild, EventKind, KeysPage, Page } from "@teravoz/domain";
import type { Collection } from "mongodb";
import type { Collections } from "../mongo/collections.ts";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import { readKeysCursor, writeKeysCursor } from "../queries/cursor.ts";

export async function listKeys(
  collections: Collections,
  { limit, cursor, below }: Parameters<CallRebuild["listKeys"]>[0],
): Promise<KeysPage> {
  const { of, after } = readKeysCursor(cursor);
  const list = of === "events" ? keysOfEvents : keysWithoutEvents;
  const { keys, last } = await list(collections, after, limit);
  const wanted = below === null ? keys : await withoutRevision(collections, keys, below);
  const page = await setApart(collections, wanted);
  if (last !== null) return { ...page, next: writeKeysCursor({ of, after: last }) };
  return { ...page, next: of === "events" ? writeKeysCursor({ of: "kept", after: "" }) : null };
}

/** Lists the keys of agents: first the keys with events, then the stored keys without events. */
export async function listAgents(
  collections: Collections,
  { limit, cursor }: { limit: number; cursor: string | null },
): Promise<Page<string>> {
  const { of, after } = readKeysCursor(cursor);
  const { keys, last } =
    of === "events"
      ? await keysOfEvents(collections, after, limit, "agent")
      : await keysWithoutEvents(collections, after, limit, "agent");
  if (last !== null) return { items: keys, next: writeKeysCursor({ of, after: last }) };
  return { items: keys, next: of === "events" ? writeKeysCursor({ of: "kept", after: "" }) : null };
}

/** `last` is the place where the next page begins, null on the last page. */
type Keys = { keys: string[]; last: string | null };

/**
 * Lists the keys that have events. The index covers the query, so no event is read. A key comes once for each of its
 * events, so a page holds fewer keys than entries.
 */
export async function keysOfEvents(
  { events }: Collections,
  after: string,
  limit: number,
  kind: EventKind = "call",
): Promise<Keys> {
  const found = await events
    .find({ kind, aggregate_id: { $gt: after } }, { ...listing, projection: { _id: 0, aggregate_id: 1 } })
    .sort({ aggregate_id: 1 })
    .limit(limit)
    .toArray();
  return cutKeys([...new Set(found.map(({ aggregate_id }) => aggregate_id))], found.length === limit);
}

/** Lists the stored calls, or agents, without events. */
async function keysWithoutEvents(
  { calls, agents, events }: Collections,
  after: string,
  limit: number,
  kind: EventKind = "call",
): Promise<Keys> {
  const kept = (kind === "call" ? calls : agents) as unknown as Collection<{ _id: string }>;
  const found = await kept
    .find({ _id: { $gt: after } }, { ...listing, projection: { _id: 1 } })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();
  const ids = found.map(({ _id }) => _id);
  const { last } = cutKeys(ids, found.length === limit);
  const standing = await standingKeys({ events }, ids, kind);
  return { keys: ids.filter((id) => !standing.has(id)), last };
}

/** Finds which of these keys have events. */
export async function standingKeys(
  { events }: Pick<Collections, "events">,
  keys: string[],
  kind: EventKind = "call",
): Promise<Set<string>> {
  const match = { $match: { kind, aggregate_id: { $in: keys } } };
  const grouped = events.aggregate<{ _id: string }>([match, { $group: { _id: "$aggregate_id" } }], listing);
  return new Set((await grouped.toArray()).map(({ _id }) => _id));
}

const cutKeys = (keys: string[], more: boolean): Keys => ({ keys, last: more ? keys.at(-1)! : null });

async function withoutRevision({ calls }: Collections, keys: string[], revision: number): Promise<string[]> {
  const made = { _id: { $in: keys }, fold: { $gte: revision } };
  const found = await calls.find(made, { ...listing, projection: { _id: 1 } }).toArray();
  const done = new Set(found.map(({ _id }) => _id));
  return keys.filter((key) => !done.has(key));
}

/**
 * Separates oversized calls from the others. They are refolded one by one, so that memory never holds the events of two
 * of them.
 */
export async function setApart(
  { calls }: Collections,
  keys: string[],
): Promise<Pick<KeysPage, "items" | "oversized">> {
  const large = { _id: { $in: keys }, overgrown: true as const };
  const found = await calls.find(large, { ...listing, projection: { _id: 1 } }).toArray();
  const oversized = new Set(found.map(({ _id }) => _id));
  return { items: keys.filter((key) => !oversized.has(key)), oversized: [...oversized] };
}

/** The options of a query: a page is read as of one moment, like every other query (see reading.ts). */
export const listing = { readConcern: { level: "snapshot" }, maxTimeMS: OPERATION_LIMIT_MS } as const;
