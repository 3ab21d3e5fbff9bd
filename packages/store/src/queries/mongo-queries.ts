import {
  type Call,
  type CallQueries,
  FOLD_REVISION,
  type OrderKey,
  orderKeyOf,
  type Page,
  type Presence,
  type ReadOccurrence,
  readOccurrence as readInUtc,
  type StoredEvent,
  sortOrderKeys,
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
  /** The limits of a search. */
  limits?: SearchLimits;
  /** The reader of stamps, which must be that of the account's fold. By default stamps without a zone are UTC. */
  readOccurrence?: ReadOccurrence;
};

/** The queries of realtime. They read from the primary, and only data that a majority has acknowledged. */
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
 * Lists the events of a call. It reads them twice: all of them in a stream, to order them (no index can have the order
 * of the fold), and then the events of the page. Memory therefore holds a page and a small record for each event, never
 * all bodies. Events that were erased before the second read are left out.
 */
async function listCallEvents(collections: Collections, asked: AskedEvents): Promise<Page<StoredEvent>> {
  const { items, next } = cutEvents(sortOrderKeys(await readOrderKeys(collections, asked)), asked);
  const wanted = items.map(({ uuid }) => uuid);
  const found = await collections.events.find({ _id: { $in: wanted } }, reading).toArray();
  const stamped = found.map(({ _id, ...event }) => stampEvent({ uuid: _id, ...event }, asked.readOccurrence));
  const events = new Map(stamped.map((event) => [event.uuid, event]));
  return { items: wanted.flatMap((uuid) => events.get(uuid) ?? []), next };
}

/** The maximum number of bodies that are held at once: 16 MiB if each has the maximum of 64 KiB. */
const BODIES_AT_ONCE = 256;

async function readOrderKeys(
  { events }: Collections,
  { call_id, readOccurrence }: AskedEvents,
): Promise<(OrderKey & { bytes: number })[]> {
  const keys: (OrderKey & { bytes: number })[] = [];
  const all = events.find(
    { aggregate_id: { $eq: call_id }, kind: "call" },
    { ...reading, batchSize: BODIES_AT_ONCE },
  );
  for await (const { _id, ...event } of all) {
    const key = orderKeyOf({ uuid: _id, ...event }, readOccurrence);
    keys.push({ ...key, bytes: Buffer.byteLength(event.payload) });
  }
  return keys;
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

/** A batch size that brings all agents of a large account in one round trip. */
const AGENTS_AT_ONCE = 10_000;

/**
 * Lists agents. An agent of an older fold is left out until a rebuild has folded it again and notified it. A rebuild
 * begins with agents.
 */
async function listPresences({ agents }: Collections, names?: readonly string[]): Promise<Presence[]> {
  const filter = { fold: { $gte: FOLD_REVISION }, ...(names && { _id: { $in: [...names] } }) };
  const found = agents.find(filter, {
    ...reading,
    projection: { _id: 0, fold: 0 },
    batchSize: AGENTS_AT_ONCE,
  });
  return (await found.toArray()) as Presence[];
}
