import {
  agentKey,
  byOrder,
  type Call,
  type CallFilter,
  type CallOrder,
  type CallPage,
  type CallQueries,
  type CallWindow,
  isInWindow,
} from "@teravoz/domain";
import type { Filter } from "mongodb";
import { completeCall, type StoredCall } from "../apply/older-calls.ts";
import type { Collections } from "../mongo/collections.ts";
import type { CallDocument } from "../mongo/documents.ts";
import { CALLS_BY_TIME } from "../mongo/indexes.ts";
import { HANDED_OUT, reading } from "../mongo/reading.ts";
import { cutCalls, readCallsCursor } from "./cursor.ts";
import { findSearchValues, type SearchLimits, searchConditions } from "./search-values.ts";

type EqualField = Exclude<keyof CallFilter, "agent" | "waiting" | "number" | "search">;

/** The fields by which calls are filtered, with the indexed path of each. */
const FILTER_PATHS: Record<EqualField, string> = {
  id: "id",
  aggregate_id: "_id",
  state: "state",
  queue: "queue",
  visited: "queues",
  actor: "actor",
  our_number: "our_number",
  their_number: "their_number",
  code: "code",
  direction: "direction",
  counted_as: "counted_as",
};

const SORTS = { id: { id: -1 }, began_at: { began_at: -1, id: -1 } } as const;

type Condition = Filter<CallDocument>;
type Asked = { window: CallWindow; order: CallOrder; limit: number };
/** One query of a listing: the calls that meet all conditions, newest first. */
type Reading = Asked & { conditions: Condition[]; isNarrow: boolean };
/** A part of a filter, which is read on its own. */
type Piece = { condition: Condition; isNarrow: boolean };

/**
 * Lists calls, newest first by id or by began_at. A search first looks up the values that match it, then lists the
 * calls that have one of them; each piece of it is read by its own index.
 */
export async function listCalls(
  collections: Collections,
  filter: CallFilter,
  { limit, cursor, window = {}, order = "id" }: Parameters<CallQueries["listCalls"]>[1],
  limits: SearchLimits,
): Promise<CallPage> {
  const after = cursor === null ? [] : conditionsAfter(cursor, order);
  const each: Reading = {
    window,
    order,
    limit,
    conditions: [...equalities(filter), ...after],
    isNarrow: isNarrow(filter),
  };
  const { pieces, cut } = await piecesOf(collections, { filter, order }, limits);
  const found = await Promise.all(pieces.map((piece) => read(collections.calls, narrow(each, piece))));
  return { ...cutCalls(merge(found, order), limit, order), ...(cut ? { cut } : {}) };
}

/** The conditions of the calls that are older than the last call of the previous page. */
function conditionsAfter(cursor: string, order: CallOrder): Condition[] {
  const { id, began_at } = readCallsCursor(cursor, order);
  if (!began_at) return [{ id: { $lt: id } }];
  // a negation cannot use an index; only the condition on began_at can
  return [{ began_at: { $lte: began_at } }, { $nor: [{ began_at, id: { $gte: id } }] }];
}

function equalities({ agent, waiting, ...filter }: CallFilter): Condition[] {
  const given = Object.entries(FILTER_PATHS)
    .map(([field, path]) => [path, filter[field as EqualField]] as const)
    .filter(([, value]) => value !== undefined);
  return [
    // $eq makes MongoDB compare a value that begins with `$`
    ...given.map(([path, value]) => ({ [path]: { $eq: value } })),
    ...(agent === undefined ? [] : [{ agents: { $eq: agentKey(agent) } }]),
    // equals isWaiting of the domain
    ...(waiting ? [{ waiting_since: { $type: "date" as const } }, { counted_as: "inbound" as const }] : []),
  ];
}

/** The pieces of a filter, which are read one by one, and whether a search was cut off. */
async function piecesOf(
  collections: Collections,
  { filter: { search, number }, order }: { filter: CallFilter; order: CallOrder },
  limits: SearchLimits,
): Promise<{ pieces: Piece[]; cut?: boolean }> {
  const ofNumber = number === undefined ? [] : piecesOfNumber(number, order);
  if (!search) return { pieces: ofNumber.length > 0 ? ofNumber : [{ condition: {}, isNarrow: false }] };
  const values = await findSearchValues(collections, search, limits);
  const found = [{ condition: { _id: search.text }, isNarrow: true }, ...searchConditions(search, values)];
  const both: Condition[] = ofNumber.map(({ condition }) => condition);
  const pieces = found.map(({ condition, isNarrow }) => ({
    condition: both.length > 0 ? { $and: [condition, { $or: both }] } : condition,
    isNarrow,
  }));
  return { pieces, cut: values.cut };
}

/**
 * The pieces of a filter by number. By id, the indexes of both sides have the same order and are read as one. By
 * began_at, only our numbers have an index, because each of their numbers has few calls.
 */
function piecesOfNumber(number: string, order: CallOrder): Piece[] {
  const theirs = { their_number_canonical: { $eq: number } };
  const ours = { our_number_canonical: { $eq: number } };
  if (order === "id") return [{ condition: { $or: [theirs, ours] }, isNarrow: false }];
  return [
    { condition: theirs, isNarrow: true },
    { condition: ours, isNarrow: false },
  ];
}

const narrow = (each: Reading, { condition, isNarrow }: Piece): Reading => ({
  ...each,
  conditions: [condition, ...each.conditions],
  isNarrow: isNarrow || each.isNarrow,
});

/** Merges the calls of all pieces, each call once: several pieces may find the same call. */
function merge(found: Call[][], order: CallOrder): Call[] {
  const [only = [], ...others] = found;
  if (others.length === 0) return only;
  const byId = new Map(found.flat().map((call) => [call.id, call]));
  return [...byId.values()].sort(byOrder(order));
}

/** Reads the newest calls, and one more than the page holds if there is one. */
async function read(
  calls: Collections["calls"],
  { conditions, isNarrow, window, order, limit }: Reading,
): Promise<Call[]> {
  const hasWay = isNarrow || order === "began_at" || !window.since;
  const way = hasWay ? {} : await findWay(calls, { conditions, window, limit });
  const found = await calls
    .find(allOf([...conditions, ...conditionsOf(window, order)]), { ...HANDED_OUT, ...way })
    .sort(SORTS[order])
    .limit(limit + 1)
    .toArray();
  return found.map((call) => completeCall(call as StoredCall));
}

/**
 * A time before the beginning of every call. A call of an older fold has no began_at, so the order by began_at leaves
 * it out.
 */
const EARLIEST = new Date(0);

/** The filter that equals isInWindow of the domain. */
const conditionsOf = ({ since, until }: CallWindow, order: CallOrder): Condition[] =>
  order === "began_at"
    ? [{ began_at: { $gte: since ?? EARLIEST, ...(until && { $lt: until }) } }]
    : [
        ...(since ? [{ updated_at: { $gte: since } }] : []),
        ...(until ? [{ created_at: { $lt: until } }] : []),
      ];

const allOf = (conditions: Condition[]): Condition => (conditions.length > 0 ? { $and: conditions } : {});

/**
 * Chooses the index of a query. If the window has enough of the newest calls to fill the page, the query reads calls
 * newest first. Otherwise that order might read all calls ever stored, so the query reads all changes since the
 * beginning of the window by their index, and sorts them.
 */
async function findWay(
  calls: Collections["calls"],
  { conditions, window, limit }: Pick<Reading, "conditions" | "window" | "limit">,
): Promise<{ hint?: typeof CALLS_BY_TIME }> {
  const [last] = await calls
    .find(allOf(conditions), { ...reading, projection: { _id: 0, created_at: 1, updated_at: 1 } })
    .sort({ id: -1 })
    .skip(limit)
    .limit(1)
    .toArray();
  return last && isInWindow(last as unknown as Call, window) ? {} : { hint: CALLS_BY_TIME };
}

/**
 * Returns whether the filter has a field whose values are in few calls each, or selects the few unfinished calls. The
 * index of such a field is used for any window.
 */
const isNarrow = ({ id, aggregate_id, code, their_number, state, waiting }: CallFilter): boolean =>
  [id, aggregate_id, code, their_number, waiting].some((value) => value !== undefined) ||
  (state !== undefined && state !== "FINISHED");
