import { type Applied, type Batch, identitiesOf, KEPT_IDENTITIES, type PositionStore } from "@teravoz/domain";
import type { ClientSession } from "mongodb";
import type { Collections } from "../mongo/collections.ts";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import { orUnavailable } from "../mongo/outage.ts";

export const positionId = (topic: string, partition: number) => `${topic}:${partition}`;

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

export function createMongoPositions({ positions }: Pick<Collections, "positions">): PositionStore {
  const find = (topic: string, partition: number) =>
    positions.findOne({ _id: positionId(topic, partition) }, LIMIT);
  return {
    position: (topic, partition) => orUnavailable(async () => (await find(topic, partition))?.next ?? null),
    storedPosition: (topic, partition) =>
      orUnavailable(async () => {
        const found = await find(topic, partition);
        const { next = null, identities = [], seen_until = null } = found ?? {};
        return { next, identities, seenUntil: seen_until };
      }),
    replacePosition: ({ topic, partition }, { expected, next, identities, seenUntil: seen_until }) =>
      orUnavailable(async () => {
        const stored = { _id: positionId(topic, partition), next: expected };
        const change = { $set: { next, identities, seen_until, writer: null }, $inc: { epoch: 1 } };
        return (await positions.updateOne(stored, change, LIMIT)).matchedCount === 1;
      }),
  };
}

/** See CallStore.ledgerEpoch. */
export async function readEpoch(
  { positions }: Pick<Collections, "positions">,
  topic: string,
  partition: number,
): Promise<number> {
  const options = {
    projection: { epoch: 1 },
    readConcern: { level: "local" },
    maxTimeMS: OPERATION_LIMIT_MS,
  } as const;
  return (await positions.findOne({ _id: positionId(topic, partition) }, options))?.epoch ?? 0;
}

/**
 * Raises the epoch of all partitions. It waits for a running transaction, or conflicts with it and starts again. After
 * it resolves, no transaction that read the ledger before can commit.
 */
export async function raiseEpochs({ positions }: Pick<Collections, "positions">): Promise<void> {
  await positions.updateMany({}, { $inc: { epoch: 1 } }, { maxTimeMS: OPERATION_LIMIT_MS });
}

type Move = Pick<Batch, "topic" | "partition" | "expected" | "next" | "epoch" | "identities" | "writer">;

/**
 * Moves a position. Returns null if it moved, otherwise the reason: the stored position is not the expected one, or a
 * fold of a higher revision owns the partition (`revision` null = no calls are folded here). It must be the first
 * operation of its transaction, because it takes the snapshot.
 */
export async function movePosition(
  { collections, session }: { collections: Collections; session: ClientSession },
  { topic, partition, expected, next, epoch, identities = [], writer }: Move,
  revision: number | null,
): Promise<Extract<Applied, { fenced: true }> | null> {
  const { positions } = collections;
  const _id = positionId(topic, partition);
  const options = { session, maxTimeMS: OPERATION_LIMIT_MS };
  const fold = revision ?? 0;
  const decided = epoch === undefined ? {} : { epoch: epoch === 0 ? { $in: [0, null] as never[] } : epoch };
  const ours = { _id, next: expected, fold: { $not: { $gt: fold } }, ...decided };
  const last = { $each: [...identities], $slice: -KEPT_IDENTITIES };
  const moved = await positions.updateOne(
    ours,
    { $set: { next, fold, writer: writer ?? null }, $push: { identities: last } },
    options,
  );
  if (moved.matchedCount === 1) return null;
  const there = await positions.findOne({ _id }, options);
  if (there?.fold && there.fold > fold) return { fenced: true, superseded: there.fold };
  if (there && there.next !== expected && writer !== undefined && there.writer === writer)
    return { fenced: true, own: true };
  if (there || expected !== null) return { fenced: true };
  const first = { _id, next, fold, identities: identitiesOf(identities), writer: writer ?? null };
  await positions.insertOne(first, options);
  return null;
}
