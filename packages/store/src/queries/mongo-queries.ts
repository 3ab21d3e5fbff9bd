import {
  type Call,
  type CallQueries,
  FOLD_REVISION,
  orderPlaces,
  type Page,
  type Place,
  type Presence,
  placeOf,
  type ReadOccurrence,
  readOccurrence as readInUtc,
  type StoredEvent,
  stampEvent,
} from "@teravoz/domain";
import { readCounts } from "../apply/minutes.ts";
import { completeCall, type StoredCall } from "../apply/older-calls.ts";
import { readErasureMark } from "../erasure/ledger.ts";
import { type Collections, openCollections } from "../mongo/collections.ts";
import type { MongoConnection } from "../mongo/connect.ts";
import { orUnavailable } from "../mongo/outage.ts";
import { HANDED_OUT, reading } from "../mongo/reading.ts";
import { cutEvents } from "./cursor.ts";
import { listCalls } from "./list-calls.ts";
import { listDeliveries } from "./mongo-deliveries.ts";
import { listMovingCalls, listPastPresences, listPresenceEvents } from "./past-queries.ts";
import { listRecentCalls, listReturnableCalls } from "./recent-calls.ts";
import { SEARCH_LIMITS, type SearchLimits } from "./search-values.ts";
import { listVersions } from "./versions.ts";

export type MongoQueriesOptions = {
  /** Bound what a search looks up. */
  limits?: SearchLimits;
  /** The reader of stamps that belongs to the account's fold; by default stamps without a zone are UTC. */
  readOccurrence?: ReadOccurrence;
};

/** The queries of realtime. They read from the primary what a majority has. */
export function createMongoQueries(
  { db }: Pick<MongoConnection, "db">,
  { limits = SEARCH_LIMITS, readOccurrence = readInUtc }: MongoQueriesOptions = {},
): CallQueries {
  const collections = openCollections(db);
  return {
    listCalls: (filter, page) => orUnavailable(() => listCalls(collections, filter, page, limits)),
    listCallEvents: (call_id, page) =>
      orUnavailable(() => listCallEvents(collections, { call_id, ...page, readOccurrence })),
    findCalls: (call_ids) => orUnavailable(() => findCalls(collections, call_ids)),
    listVersions: (stretch) => orUnavailable(() => listVersions(collections, stretch)),
    erasureMark: () => orUnavailable(() => readErasureMark(collections)),
    countEvents: (since) => orUnavailable(() => readCounts(collections, since)),
    listPresences: (agents) => orUnavailable(() => listPresences(collections, agents)),
    listRecentCalls: (since, until) => orUnavailable(() => listRecentCalls(collections, since, until)),
    listReturnableCalls: (since) => orUnavailable(() => listReturnableCalls(collections, since)),
    listMovingCalls: (stretch) => orUnavailable(() => listMovingCalls(collections, stretch)),
    listPastPresences: (at) => orUnavailable(() => listPastPresences(collections, at, readOccurrence)),
    listPresenceEvents: (stretch) => orUnavailable(() => listPresenceEvents(collections, stretch)),
    listDeliveries: (filter, page) =>
      orUnavailable(() => listDeliveries(collections, filter, page, readOccurrence)),
    findEvent: (uuid) => orUnavailable(() => findEvent(collections, uuid)),
  };
}

type AskedEvents = {
  call_id: string;
  limit: number;
  bytes: number;
  cursor: string | null;
  readOccurrence: ReadOccurrence;
};

/**
 * Reads a call's events twice: all of them as they pass, to order them (the order is that of the set, not one an index could
 * have), and those of the page. So a call of any size holds a page and a line for each event in memory, never all its
 * bodies. What was erased by the second reading is left out.
 */
async function listCallEvents(collections: Collections, asked: AskedEvents): Promise<Page<StoredEvent>> {
  const { items, next } = cutEvents(orderPlaces(await readPlaces(collections, asked)), asked);
  const wanted = items.map(({ uuid }) => uuid);
  const found = await collections.events.find({ _id: { $in: wanted } }, reading).toArray();
  const stamped = found.map(({ _id, ...event }) => stampEvent({ uuid: _id, ...event }, asked.readOccurrence));
  const events = new Map(stamped.map((event) => [event.uuid, event]));
  return { items: wanted.flatMap((uuid) => events.get(uuid) ?? []), next };
}

/** So many bodies are held at once at most: 16 MiB where each is the largest ingest takes (64 KiB). */
const BODIES_AT_ONCE = 256;

async function readPlaces(
  { events }: Collections,
  { call_id, readOccurrence }: AskedEvents,
): Promise<(Place & { bytes: number })[]> {
  const places: (Place & { bytes: number })[] = [];
  const all = events.find(
    { aggregate_id: { $eq: call_id }, kind: "call" },
    { ...reading, batchSize: BODIES_AT_ONCE },
  );
  for await (const { _id, ...event } of all) {
    const place = placeOf({ uuid: _id, ...event }, readOccurrence);
    places.push({ ...place, bytes: Buffer.byteLength(event.payload) });
  }
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
