import {
  type Call,
  type CallFilter,
  type CallQueries,
  orderEvents,
  type Page,
  type StoredEvent,
} from "@teravoz/domain";
import type { Collections } from "./collections.ts";
import { OPERATION_LIMIT_MS } from "./connect.ts";
import { cutCalls, cutEvents, readIdCursor } from "./cursor.ts";
import { orUnavailable } from "./outage.ts";

/** What calls may be filtered by, and the indexed path each is stored under. */
const FILTER_PATHS: Record<keyof CallFilter, string> = {
  id: "id",
  aggregate_id: "_id",
  state: "state",
  queue: "queue",
  actor: "actor",
  our_number: "our_number",
  their_number: "their_number",
  code: "code",
  direction: "direction",
};

/** The queries of realtime. They read from the primary what a majority has. */
export const createMongoQueries = (collections: Collections): CallQueries => ({
  listCalls: (filter, page) => orUnavailable(() => listCalls(collections, filter, page)),
  listCallEvents: (call_id, page) => orUnavailable(() => listCallEvents(collections, call_id, page)),
  findCalls: (call_ids) => orUnavailable(() => findCalls(collections, call_ids)),
});

async function listCalls(
  { calls }: Collections,
  filter: CallFilter,
  { limit, cursor }: { limit: number; cursor: string | null },
): Promise<Page<Call>> {
  const conditions = Object.entries(FILTER_PATHS)
    .map(([field, path]) => [path, filter[field as keyof CallFilter]] as const)
    .filter(([, value]) => value !== undefined)
    // with $eq a value is only ever a value, whatever it begins with
    .map(([path, value]) => ({ [path]: { $eq: value } }));
  const after = cursor === null ? [] : [{ id: { $lt: readIdCursor(cursor) } }];
  const all = [...conditions, ...after];
  const found = await calls
    .find(all.length > 0 ? { $and: all } : {}, handingOut)
    .sort({ id: -1 })
    .limit(limit + 1)
    .toArray();
  return cutCalls(found as Call[], limit);
}

async function listCallEvents(
  { events }: Collections,
  call_id: string,
  page: { limit: number; bytes: number; cursor: string | null },
): Promise<Page<StoredEvent>> {
  // all of them: the order is that of the set, not one an index could have
  const found = await events.find({ aggregate_id: { $eq: call_id }, kind: "call" }, reading).toArray();
  return cutEvents(orderEvents(found.map(({ _id, ...event }) => ({ uuid: _id, ...event }))), page);
}

async function findCalls({ calls }: Collections, call_ids: readonly string[]): Promise<Call[]> {
  const found = await calls.find({ _id: { $in: [...call_ids] } }, handingOut).toArray();
  return found as Call[];
}

/**
 * One moment for the whole of a query, and one a majority has. With `majority` alone a query that gives way in the middle
 * could miss a call that a batch takes out and puts back (see writeCalls).
 */
const reading = { readConcern: { level: "snapshot" }, maxTimeMS: OPERATION_LIMIT_MS } as const;
const handingOut = { ...reading, projection: { _id: 0, overgrown: 0 } } as const;
