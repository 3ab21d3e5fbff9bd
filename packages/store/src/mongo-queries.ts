import {
  type Call,
  type CallFilter,
  type CallQueries,
  type CallWindow,
  isInWindow,
  orderPlaces,
  type Page,
  type Place,
  type Presence,
  placeOf,
  type RecentCall,
  type StoredEvent,
} from "@teravoz/domain";
import type { Filter } from "mongodb";
import { CALLS_BY_TIME, type CallDocument, type Collections, openCollections } from "./collections.ts";
import type { MongoConnection } from "./connect.ts";
import { cutCalls, cutEvents, readIdCursor } from "./cursor.ts";
import { readCounts } from "./minutes.ts";
import { listDeliveries } from "./mongo-deliveries.ts";
import { orUnavailable } from "./outage.ts";
import { listMovingCalls, listPastPresences, listPresenceEvents } from "./past-queries.ts";
import { RECENT, RECENT_AT_ONCE, reading } from "./reading.ts";

/** What calls may be filtered by, and the indexed path each is stored under. */
const FILTER_PATHS: Record<keyof CallFilter, string> = {
  id: "id",
  aggregate_id: "_id",
  state: "state",
  queue: "queue",
  actor: "actor",
  agent: "legs.agent",
  our_number: "our_number",
  their_number: "their_number",
  code: "code",
  direction: "direction",
};

/** The queries of realtime. They read from the primary what a majority has. */
export function createMongoQueries({ db }: Pick<MongoConnection, "db">): CallQueries {
  const collections = openCollections(db);
  return {
    listCalls: (filter, page) => orUnavailable(() => listCalls(collections, filter, page)),
    listCallEvents: (call_id, page) => orUnavailable(() => listCallEvents(collections, call_id, page)),
    findCalls: (call_ids) => orUnavailable(() => findCalls(collections, call_ids)),
    countEvents: (since) => orUnavailable(() => readCounts(collections, since)),
    listPresences: (agents) => orUnavailable(() => listPresences(collections, agents)),
    listRecentCalls: (since, until) => orUnavailable(() => listRecentCalls(collections, since, until)),
    listMovingCalls: (stretch) => orUnavailable(() => listMovingCalls(collections, stretch)),
    listPastPresences: (at) => orUnavailable(() => listPastPresences(collections, at)),
    listPresenceEvents: (stretch) => orUnavailable(() => listPresenceEvents(collections, stretch)),
    listDeliveries: (filter, page) => orUnavailable(() => listDeliveries(collections, filter, page)),
    findEvent: (uuid) => orUnavailable(() => findEvent(collections, uuid)),
  };
}

async function listCalls(
  { calls }: Collections,
  filter: CallFilter,
  { limit, cursor, window = {} }: { limit: number; cursor: string | null; window?: CallWindow },
): Promise<Page<Call>> {
  const conditions = Object.entries(FILTER_PATHS)
    .map(([field, path]) => [path, filter[field as keyof CallFilter]] as const)
    .filter(([, value]) => value !== undefined)
    // with $eq a value is only ever a value, whatever it begins with
    .map(([path, value]) => ({ [path]: { $eq: value } }));
  const after = cursor === null ? [] : [{ id: { $lt: readIdCursor(cursor) } }];
  const way = await findWay(calls, [...conditions, ...after], { filter, window, limit });
  const found = await calls
    .find(allOf([...conditions, ...after, ...conditionsOf(window)]), { ...handingOut, ...way })
    .sort({ id: -1 })
    .limit(limit + 1)
    .toArray();
  return cutCalls(found as Call[], limit);
}

/** As isInWindow. */
const conditionsOf = ({ since, until }: CallWindow) => [
  ...(since ? [{ updated_at: { $gte: since } }] : []),
  ...(until ? [{ created_at: { $lt: until } }] : []),
];

const allOf = (conditions: Filter<CallDocument>[]): Filter<CallDocument> =>
  conditions.length > 0 ? { $and: conditions } : {};

/**
 * Newest first is the way while the newest fill a page of the window. Beyond its begin that would lead through all calls there ever
 * were: there the changes since then are the way, which are read whole and sorted.
 */
async function findWay(
  calls: Collections["calls"],
  conditions: Filter<CallDocument>[],
  { filter, window, limit }: { filter: CallFilter; window: CallWindow; limit: number },
): Promise<{ hint?: typeof CALLS_BY_TIME }> {
  if (!window.since || isNarrow(filter)) return {};
  const [last] = await calls
    .find(allOf(conditions), { ...reading, projection: { _id: 0, created_at: 1, updated_at: 1 } })
    .sort({ id: -1 })
    .skip(limit)
    .limit(1)
    .toArray();
  return last && isInWindow(last as unknown as Call, window) ? {} : { hint: CALLS_BY_TIME };
}

/** Fields of which a value names few calls, or the few that go on: their own index is the way, whatever the window. */
const isNarrow = ({ id, aggregate_id, code, their_number, state }: CallFilter): boolean =>
  [id, aggregate_id, code, their_number].some((value) => value !== undefined) ||
  (state !== undefined && state !== "FINISHED");

/**
 * Reads a call's events twice: all of them as they pass, to order them (the order is that of the set, not one an index could
 * have), and those of the page. So a call of any size holds a page and a line for each event in memory, never all its
 * bodies. What was erased by the second reading is left out.
 */
async function listCallEvents(
  collections: Collections,
  call_id: string,
  page: { limit: number; bytes: number; cursor: string | null },
): Promise<Page<StoredEvent>> {
  const { items, next } = cutEvents(orderPlaces(await readPlaces(collections, call_id)), page);
  const wanted = items.map(({ uuid }) => uuid);
  const found = await collections.events.find({ _id: { $in: wanted } }, reading).toArray();
  const events = new Map(found.map(({ _id, ...event }) => [_id, { uuid: _id, ...event }]));
  return { items: wanted.flatMap((uuid) => events.get(uuid) ?? []), next };
}

/** So many bodies are held at once at most: 16 MiB where each is the largest ingest takes (64 KiB). */
const BODIES_AT_ONCE = 256;

async function readPlaces({ events }: Collections, call_id: string): Promise<(Place & { bytes: number })[]> {
  const places: (Place & { bytes: number })[] = [];
  const all = events.find(
    { aggregate_id: { $eq: call_id }, kind: "call" },
    { ...reading, batchSize: BODIES_AT_ONCE },
  );
  for await (const { _id, ...event } of all)
    places.push({ ...placeOf({ uuid: _id, ...event }), bytes: Buffer.byteLength(event.payload) });
  return places;
}

async function findEvent({ events }: Collections, uuid: string): Promise<StoredEvent | null> {
  const found = await events.findOne({ _id: { $eq: uuid } }, reading);
  if (!found) return null;
  const { _id, ...event } = found;
  return { uuid: _id, ...event };
}

async function findCalls({ calls }: Collections, call_ids: readonly string[]): Promise<Call[]> {
  const found = await calls.find({ _id: { $in: [...call_ids] } }, handingOut).toArray();
  return found as Call[];
}

async function listPresences({ agents }: Collections, names?: readonly string[]): Promise<Presence[]> {
  const filter = names ? { _id: { $in: [...names] } } : {};
  const found = agents.find(filter, { ...reading, projection: { _id: 0 }, batchSize: RECENT_AT_ONCE });
  return (await found.toArray()) as Presence[];
}

async function listRecentCalls({ calls }: Collections, since: Date, until?: Date): Promise<RecentCall[]> {
  const found = calls.find(
    { updated_at: { $gte: since, ...(until && { $lte: until }) } },
    { ...reading, projection: RECENT, batchSize: RECENT_AT_ONCE },
  );
  return (await found.toArray()) as unknown as RecentCall[];
}

const handingOut = { ...reading, projection: { _id: 0, overgrown: 0 } } as const;
