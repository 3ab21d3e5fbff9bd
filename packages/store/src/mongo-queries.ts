import {
  type Call,
  type CallQueries,
  FOLD_REVISION,
  orderPlaces,
  type Page,
  type Place,
  type Presence,
  placeOf,
  type StoredEvent,
} from "@teravoz/domain";
import { type Collections, openCollections } from "./collections.ts";
import type { MongoConnection } from "./connect.ts";
import { cutEvents } from "./cursor.ts";
import { listCalls } from "./list-calls.ts";
import { readCounts } from "./minutes.ts";
import { listDeliveries } from "./mongo-deliveries.ts";
import { completeCall, type StoredCall } from "./older-calls.ts";
import { orUnavailable } from "./outage.ts";
import { listMovingCalls, listPastPresences, listPresenceEvents } from "./past-queries.ts";
import { HANDED_OUT, reading } from "./reading.ts";
import { listRecentCalls, listReturnableCalls } from "./recent-calls.ts";
import { SEARCH_LIMITS, type SearchLimits } from "./search-values.ts";

/** The queries of realtime. They read from the primary what a majority has. `limits` bound what a search looks up. */
export function createMongoQueries(
  { db }: Pick<MongoConnection, "db">,
  limits: SearchLimits = SEARCH_LIMITS,
): CallQueries {
  const collections = openCollections(db);
  return {
    listCalls: (filter, page) => orUnavailable(() => listCalls(collections, filter, page, limits)),
    listCallEvents: (call_id, page) => orUnavailable(() => listCallEvents(collections, call_id, page)),
    findCalls: (call_ids) => orUnavailable(() => findCalls(collections, call_ids)),
    countEvents: (since) => orUnavailable(() => readCounts(collections, since)),
    listPresences: (agents) => orUnavailable(() => listPresences(collections, agents)),
    listRecentCalls: (since, until) => orUnavailable(() => listRecentCalls(collections, since, until)),
    listReturnableCalls: (since) => orUnavailable(() => listReturnableCalls(collections, since)),
    listMovingCalls: (stretch) => orUnavailable(() => listMovingCalls(collections, stretch)),
    listPastPresences: (at) => orUnavailable(() => listPastPresences(collections, at)),
    listPresenceEvents: (stretch) => orUnavailable(() => listPresenceEvents(collections, stretch)),
    listDeliveries: (filter, page) => orUnavailable(() => listDeliveries(collections, filter, page)),
    findEvent: (uuid) => orUnavailable(() => findEvent(collections, uuid)),
  };
}

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
  const found = await calls.find({ _id: { $in: [...call_ids] } }, HANDED_OUT).toArray();
  return found.map((call) => completeCall(call as StoredCall));
}

/** A large account's agents in one trip. */
const AGENTS_AT_ONCE = 10_000;

/** An agent whom an older fold made is left out until a rebuild has made it again, which then notifies: agents are its first work. */
async function listPresences({ agents }: Collections, names?: readonly string[]): Promise<Presence[]> {
  const filter = { fold: { $gte: FOLD_REVISION }, ...(names && { _id: { $in: [...names] } }) };
  const found = agents.find(filter, {
    ...reading,
    projection: { _id: 0, fold: 0 },
    batchSize: AGENTS_AT_ONCE,
  });
  return (await found.toArray()) as Presence[];
}
