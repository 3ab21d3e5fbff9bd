import type { Applied, Batch } from "@teravoz/domain";
import type { ClientSession } from "mongodb";
import type { Collections } from "./collections.ts";
import { OPERATION_LIMIT_MS } from "./connect.ts";

export const positionId = (topic: string, partition: number) => `${topic}:${partition}`;

/** The next offset to read, null where nothing of the partition was ever stored. */
export async function readPosition(
  { positions }: Pick<Collections, "positions">,
  topic: string,
  partition: number,
): Promise<number | null> {
  const _id = positionId(topic, partition);
  return (await positions.findOne({ _id }, { maxTimeMS: OPERATION_LIMIT_MS }))?.next ?? null;
}

type Move = Pick<Batch, "topic" | "partition" | "expected" | "next">;

/**
 * Null where it moved, else why not: another position than the expected one, or a fold of a higher revision than ours
 * (null = no calls are folded here). The first operation of its transaction: it takes the snapshot.
 */
export async function movePosition(
  { collections, session }: { collections: Collections; session: ClientSession },
  { topic, partition, expected, next }: Move,
  revision: number | null,
): Promise<Extract<Applied, { fenced: true }> | null> {
  const { positions } = collections;
  const _id = positionId(topic, partition);
  const options = { session, maxTimeMS: OPERATION_LIMIT_MS };
  const fold = revision ?? 0;
  const ours = { _id, next: expected, fold: { $not: { $gt: fold } } };
  const moved = await positions.updateOne(ours, { $set: { next, fold } }, options);
  if (moved.matchedCount === 1) return null;
  const there = await positions.findOne({ _id }, options);
  if (there?.fold && there.fold > fold) return { fenced: true, superseded: there.fold };
  if (there || expected !== null) return { fenced: true };
  await positions.insertOne({ _id, next, fold }, options);
  return null;
}
