import {
  type Call,
  type CallFilter,
  type CallPage,
  type CallSearch,
  type CallWindow,
  isInWindow,
} from "@teravoz/domain";
import type { Filter } from "mongodb";
import { CALLS_BY_TIME, type CallDocument, type Collections } from "./collections.ts";
import { cutCalls, readIdCursor } from "./cursor.ts";
import { HANDED_OUT, reading } from "./reading.ts";
import { findSearchValues, type SearchLimits, searchConditions } from "./search-values.ts";

type EqualField = Exclude<keyof CallFilter, "number" | "search">;

/** What calls may be filtered by, and the indexed path each is stored under. */
const FILTER_PATHS: Record<EqualField, string> = {
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

type Condition = Filter<CallDocument>;
/** One reading of a listing: calls that meet all conditions, newest first. */
type Reading = { conditions: Condition[]; isNarrow: boolean; window: CallWindow; limit: number };

/** Newest first by id. A search first looks up the values that match it, then lists the calls that have one of them. */
export async function listCalls(
  collections: Collections,
  filter: CallFilter,
  page: { limit: number; cursor: string | null; window?: CallWindow },
  limits: SearchLimits,
): Promise<CallPage> {
  const { limit, cursor, window = {} } = page;
  const after = cursor === null ? [] : [{ id: { $lt: readIdCursor(cursor) } }];
  const conditions = [...equalities(filter), ...numberCondition(filter), ...after];
  const each = { conditions, isNarrow: isNarrow(filter), window, limit };
  if (!filter.search) return cutCalls(await read(collections.calls, each), limit);
  const { found, cut } = await search(collections, filter.search, each, limits);
  return { ...cutCalls(found, limit), ...(cut ? { cut } : {}) };
}

const equalities = (filter: CallFilter): Condition[] =>
  Object.entries(FILTER_PATHS)
    .map(([field, path]) => [path, filter[field as EqualField]] as const)
    .filter(([, value]) => value !== undefined)
    // with $eq a value is only ever a value, whatever it begins with
    .map(([path, value]) => ({ [path]: { $eq: value } }));

const numberCondition = ({ number }: CallFilter): Condition[] =>
  number === undefined
    ? []
    : [{ $or: [{ their_number_canonical: { $eq: number } }, { our_number_canonical: { $eq: number } }] }];

/** What of a search is found by each of its readings, as one list. */
async function search(
  collections: Collections,
  term: CallSearch,
  each: Reading,
  limits: SearchLimits,
): Promise<{ found: Call[]; cut: boolean }> {
  const values = await findSearchValues(collections, term, limits);
  const pieces = searchConditions(term, values);
  const readings = [{ condition: { _id: term.text }, isNarrow: true }, ...pieces].map((piece) =>
    read(collections.calls, {
      ...each,
      conditions: [piece.condition, ...each.conditions],
      isNarrow: piece.isNarrow || each.isNarrow,
    }),
  );
  const byId = new Map((await Promise.all(readings)).flat().map((call) => [call.id, call]));
  return { found: [...byId.values()].sort((one, other) => other.id - one.id), cut: values.cut };
}

/** The newest of them, and one more than the page holds where there is one. */
async function read(
  calls: Collections["calls"],
  { conditions, isNarrow, window, limit }: Reading,
): Promise<Call[]> {
  const way = isNarrow || !window.since ? {} : await findWay(calls, { conditions, window, limit });
  const found = await calls
    .find(allOf([...conditions, ...conditionsOf(window)]), { ...HANDED_OUT, ...way })
    .sort({ id: -1 })
    .limit(limit + 1)
    .toArray();
  return found as Call[];
}

/** As isInWindow. */
const conditionsOf = ({ since, until }: CallWindow): Condition[] => [
  ...(since ? [{ updated_at: { $gte: since } }] : []),
  ...(until ? [{ created_at: { $lt: until } }] : []),
];

const allOf = (conditions: Condition[]): Condition => (conditions.length > 0 ? { $and: conditions } : {});

/**
 * Newest first is the way while the newest fill a page of the window. Beyond its begin that would lead through all calls there ever
 * were: there the changes since then are the way, which are read whole and sorted.
 */
async function findWay(
  calls: Collections["calls"],
  { conditions, window, limit }: Omit<Reading, "isNarrow">,
): Promise<{ hint?: typeof CALLS_BY_TIME }> {
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
