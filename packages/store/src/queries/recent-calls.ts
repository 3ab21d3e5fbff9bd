import type { RecentCall } from "@teravoz/domain";
import type { Filter } from "mongodb";
import { completeRecent, type StoredCall } from "../apply/older-calls.ts";
import type { Collections } from "../mongo/collections.ts";
import type { CallDocument } from "../mongo/documents.ts";
import { RECENT, RECENT_AT_ONCE, reading } from "../mongo/reading.ts";

/** Reads the calls that meet a condition, each as the board counts it. */
export async function readRecent(
  calls: Collections["calls"],
  condition: Filter<CallDocument>,
): Promise<RecentCall[]> {
  const found = calls.find(condition, { ...reading, projection: RECENT, batchSize: RECENT_AT_ONCE });
  return (await found.toArray()).map((call) => completeRecent(call as unknown as StoredCall));
}

export const listRecentCalls = (
  { calls }: Pick<Collections, "calls">,
  since: Date,
  until?: Date,
): Promise<RecentCall[]> => readRecent(calls, { updated_at: { $gte: since, ...(until && { $lte: until }) } });

/** The number of people in one read, which takes some thousand index entries. */
const PEOPLE_AT_ONCE = 500;

/**
 * Lists the calls with an abandoned visit, then all recent calls of these people. If a call is in both reads, the later
 * read counts.
 */
export async function listReturnableCalls(
  { calls }: Pick<Collections, "calls">,
  since: Date,
): Promise<RecentCall[]> {
  // the condition on the type selects the index, which holds only dates
  const abandoned = await readRecent(calls, { abandoned_at: { $gte: since, $type: "date" } });
  const found = new Map(abandoned.map((call) => [call.aggregate_id, call]));
  const people = new Set(abandoned.flatMap(({ their_number_canonical }) => their_number_canonical ?? []));
  for (const some of chunksOf([...people], PEOPLE_AT_ONCE)) {
    const condition = { their_number_canonical: { $in: some }, updated_at: { $gte: since } };
    for (const call of await readRecent(calls, condition)) found.set(call.aggregate_id, call);
  }
  return [...found.values()];
}

export function* chunksOf<T>(all: readonly T[], length: number): Generator<T[]> {
  for (let start = 0; start < all.length; start += length) yield all.slice(start, start + length);
}
