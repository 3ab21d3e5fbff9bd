import type { Batch, StoredEvent } from "@teravoz/domain";
import type { Collections } from "../mongo/collections.ts";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import type { Attempt } from "./attempt.ts";

const MINUTE_MS = 60_000;
/** The start of the minute of a moment, in ms. */
export const startOfMinute = (at: Date): number => Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS;

/**
 * The field that counts a type. Its name must not contain a dot in an update, so dots become colons: no type has a
 * colon.
 */
const fieldOf = (type: string) => `types.${type.replaceAll(".", ":")}`;

/** Counts the stored events of a batch, in its transaction. */
export async function countStored(
  { collections, session }: Attempt,
  { topic, partition }: Batch,
  stored: readonly StoredEvent[],
): Promise<void> {
  if (stored.length === 0) return;
  const minutes = Map.groupBy(stored, ({ received_at }) => startOfMinute(received_at));
  const updates = [...minutes].map(([ms, events]) => ({
    updateOne: {
      filter: { _id: `${topic}:${partition}:${ms}` },
      update: { $inc: countTypes(events), $setOnInsert: { minute: new Date(ms) } },
      upsert: true,
    },
  }));
  await collections.minutes.bulkWrite(updates, { session, ordered: false, maxTimeMS: OPERATION_LIMIT_MS });
}

const countTypes = (events: readonly StoredEvent[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(events, ({ type }) => fieldOf(type))].map(([name, all]) => [name, all.length]),
  );

/** Reads the number of events by type, of the minutes that began since then. */
export async function readCounts({ minutes }: Collections, since: Date): Promise<Record<string, number>> {
  const pairs = minutes.aggregate<{ _id: string; count: number }>(
    [
      { $match: { minute: { $gte: since } } },
      { $project: { types: { $objectToArray: "$types" } } },
      { $unwind: "$types" },
      { $group: { _id: "$types.k", count: { $sum: "$types.v" } } },
      { $sort: { _id: 1 } },
    ],
    { readConcern: { level: "majority" }, maxTimeMS: OPERATION_LIMIT_MS },
  );
  return Object.fromEntries(
    (await pairs.toArray()).map(({ _id, count }) => [_id.replaceAll(":", "."), count]),
  );
}

/** Reads the number of events by minute, of the minutes that began since then. */
export async function readMinutes(
  { minutes }: Collections,
  since: Date,
): Promise<{ minute: Date; events: number }[]> {
  const ofAllTypes = { $sum: { $map: { input: { $objectToArray: "$types" }, in: "$$this.v" } } };
  const counts = minutes.aggregate<{ _id: Date; events: number }>(
    [
      { $match: { minute: { $gte: since } } },
      { $group: { _id: "$minute", events: { $sum: ofAllTypes } } },
      { $sort: { _id: 1 } },
    ],
    { readConcern: { level: "majority" }, maxTimeMS: OPERATION_LIMIT_MS },
  );
  return (await counts.toArray()).map(({ _id, events }) => ({ minute: _id, events }));
}
