import { type CallSearch, isAgent } from "@teravoz/domain";
import { type Filter, MongoServerError } from "mongodb";
import type { Collections } from "../mongo/collections.ts";
import type { CallDocument } from "../mongo/documents.ts";
import { reading } from "../mongo/reading.ts";

/** The values that a search term matches in each of these fields. */
export type SearchValues = {
  theirs: readonly string[];
  ours: readonly string[];
  agents: readonly string[];
  /** More numbers or agents matched, or looking them up took too long: some calls are not found. */
  cut: boolean;
};

export type SearchLimits = {
  /**
   * The maximum number of telephone numbers of either side that a part of a number may match. Four digits match 500 of
   * some 600,000.
   */
  numbers: number;
  /** The maximum number of agents that a name may match. */
  agents: number;
  /** The maximum number of distinct telephone numbers that one operation checks: 100 ms at 5 us each. */
  atOnce: number;
  /** The longest time that a person waits for a search, enough for about 600,000 distinct numbers. */
  ms: number;
};

export const SEARCH_LIMITS: SearchLimits = { numbers: 500, agents: 100, atOnce: 20_000, ms: 3_000 };

/** Returns the first values in their order, and whether there are more. A search uses only these values. */
export function firstValues(values: Iterable<string>, most: number): { first: string[]; cut: boolean } {
  const all = [...new Set(values)].sort();
  return { first: all.slice(0, most), cut: all.length > most };
}

/**
 * Looks up which values match a search term. Each field is read from its index, one step for each distinct value, so no
 * call is read.
 */
export async function findSearchValues(
  { calls }: Collections,
  search: CallSearch,
  limits: SearchLimits,
): Promise<SearchValues> {
  const until = performance.now() + limits.ms;
  const lookUp = (field: NumberField) => findNumbers(calls, field, search.digits, { ...limits, until });
  const [theirs, ours, agents] = await Promise.all([
    lookUp("their_number_canonical"),
    lookUp("our_number_canonical"),
    findAgents(calls, search, limits),
  ] as const);
  const whole = search.number === null ? [] : [search.number];
  const allowed = firstValues([...theirs.values, ...ours.values], limits.numbers);
  const keep = (values: readonly string[]) => {
    const kept = new Set(allowed.first);
    return [...new Set([...whole, ...values.filter((value) => kept.has(value))])];
  };
  return {
    theirs: keep(theirs.values),
    ours: keep(ours.values),
    agents: agents.first,
    cut: theirs.cut || ours.cut || agents.cut || allowed.cut,
  };
}

type NumberField = "their_number_canonical" | "our_number_canonical";
type Looking = { numbers: number; atOnce: number; until: number };

/** Finds the numbers of a field that contain these digits, in their order. */
async function findNumbers(
  calls: Collections["calls"],
  field: NumberField,
  digits: string | null,
  { numbers, atOnce, until }: Looking,
): Promise<{ values: string[]; cut: boolean }> {
  const values: string[] = [];
  for (let after = ""; digits !== null; ) {
    const window = await readWindow(calls, field, { digits, after, atOnce });
    values.push(...window.found.sort());
    if (window.count < atOnce) break;
    if (values.length > numbers || performance.now() > until) return { values, cut: true };
    after = window.last;
  }
  return { values, cut: false };
}

type Window = { last: string; count: number; found: string[] };

/**
 * Reads a window of the numbers. A group by the field alone is read by DISTINCT_SCAN: one step in the index for each
 * distinct value.
 */
async function readWindow(
  calls: Collections["calls"],
  field: NumberField,
  { digits, after, atOnce }: { digits: string; after: string; atOnce: number },
): Promise<Window> {
  const isMatch = { $gte: [{ $indexOfBytes: ["$_id", digits] }, 0] };
  const found = calls.aggregate<Window>(
    [
      { $match: { [field]: { $gt: after } } },
      { $group: { _id: `$${field}` } },
      { $limit: atOnce },
      {
        $group: {
          _id: null,
          last: { $max: "$_id" },
          count: { $sum: 1 },
          found: { $push: { $cond: [isMatch, "$_id", "$$REMOVE"] } },
        },
      },
    ],
    { ...reading, hint: { [field]: 1, id: -1 } },
  );
  return (await found.next()) ?? { last: "", count: 0, found: [] };
}

/**
 * Finds the agents that a search names. An account has some hundred agents, so all their names are read, from the
 * index. `agents` of a call also holds the agent on it.
 */
async function findAgents(calls: Collections["calls"], search: CallSearch, { agents }: SearchLimits) {
  const names = await (calls.distinct("agents", {}, reading) as Promise<unknown[]>).catch(nullIfTooMany);
  const named = (names ?? []).filter((name) => typeof name === "string" && isAgent(name, search));
  const { first, cut } = firstValues(named as string[], agents);
  return { first, cut: cut || names === null };
}

/** The code of an answer of distinct above 16 MiB: tens of thousands of names, which no account has. */
const DISTINCT_TOO_BIG = 17_217;
function nullIfTooMany(error: unknown): null {
  if (error instanceof MongoServerError && error.code === DISTINCT_TOO_BIG) return null;
  throw error;
}

/**
 * The maximum number of values in one query. MongoDB merges at most 200 sorted scans (internalQueryMaxScansToExplode);
 * with more it would sort all calls that they find.
 */
const SCANS_AT_ONCE = 150;

/** A condition on one indexed field. Each value takes one scan of the index. */
type Clause = { path: string; values: readonly string[] };

/**
 * The conditions of the calls that have one of the values. Each can be read newest first from an index. `isNarrow`:
 * each of its values is in few calls, for any period.
 */
export function searchConditions(
  search: CallSearch,
  values: SearchValues,
): { condition: Filter<CallDocument>; isNarrow: boolean }[] {
  const narrow: Clause[] = [
    { path: "code", values: [search.text] },
    { path: "their_number_canonical", values: values.theirs },
  ];
  const wide: Clause[] = [
    { path: "queue", values: search.queues },
    { path: "queues", values: search.queues },
    { path: "agents", values: values.agents },
    { path: "our_number_canonical", values: values.ours },
  ];
  return [...inPieces(narrow, true), ...inPieces(wide, false)];
}

function inPieces(clauses: readonly Clause[], isNarrow: boolean) {
  const pairs = clauses.flatMap(({ path, values }) => values.map((value) => ({ path, value })));
  const pieces = Array.from({ length: Math.ceil(pairs.length / SCANS_AT_ONCE) }, (_, n) =>
    pairs.slice(n * SCANS_AT_ONCE, (n + 1) * SCANS_AT_ONCE),
  );
  return pieces.map((piece) => ({ condition: { $or: joinPaths(piece) }, isNarrow }));
}

const joinPaths = (pairs: readonly { path: string; value: string }[]): Filter<CallDocument>[] =>
  [...Map.groupBy(pairs, ({ path }) => path)].map(([path, all]) => ({
    [path]: { $in: all.map(({ value }) => value) },
  }));
