import type { DiscardedDeadLetters } from "@teravoz/domain";
import type { Collection, Filter, Sort } from "mongodb";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import type { DeadLetterDocument } from "../mongo/documents.ts";

type DeadLetterCollection = Collection<DeadLetterDocument>;

/** The number of dead letters in one read: at most 64 MB, because a body has at most 64 KiB. */
const PAGE = 1_000;
const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

const SETTLED = ["dropped", "redriven"] as const;

/** See DeadLetterRetention.discardOld. */
export async function discardOld(
  deadLetters: DeadLetterCollection,
  before: Date,
): Promise<DiscardedDeadLetters> {
  const old = { last_seen: { $lt: before } };
  const sort = { last_seen: 1 } as const;
  const settled = await discard(deadLetters, { filter: { ...old, status: { $in: [...SETTLED] } }, sort });
  const waiting = await discard(deadLetters, { filter: { ...old, status: "waiting" }, sort });
  return { settled: settled.count, waiting: waiting.count };
}

/** See DeadLetterRetention.discardExcess. Bytes are those of the documents before compression. */
export async function discardExcess(
  deadLetters: DeadLetterCollection,
  maxBytes: number,
): Promise<DiscardedDeadLetters> {
  const discarded = { waiting: 0, settled: 0 };
  let excess = (await sizeOf(deadLetters)) - maxBytes;
  for (const status of [...SETTLED, "waiting"] as const) {
    if (excess <= 0) break;
    const sort = { first_seen: 1, _id: 1 } as const;
    const { count, bytes } = await discard(deadLetters, { filter: { status }, sort, bytes: excess });
    discarded[status === "waiting" ? "waiting" : "settled"] += count;
    excess -= bytes;
  }
  return discarded;
}

/** Returns the size of all documents in bytes. MongoDB keeps this count, so no document is read. */
async function sizeOf(deadLetters: DeadLetterCollection): Promise<number> {
  const options = { ...LIMIT, readConcern: { level: "local" } } as const;
  const [stats] = await deadLetters.aggregate([{ $collStats: { storageStats: {} } }], options).toArray();
  return stats?.storageStats?.size ?? 0;
}

type Asked = { filter: Filter<DeadLetterDocument>; sort: Sort; bytes?: number };

/**
 * Deletes dead letters in the order of an index until `bytes` are deleted. A dead letter that came again meanwhile
 * stays.
 */
async function discard(
  deadLetters: DeadLetterCollection,
  { filter, sort, bytes: wanted = Infinity }: Asked,
): Promise<{ count: number; bytes: number }> {
  const projection = { bytes: { $bsonSize: "$$ROOT" } };
  let [count, bytes] = [0, 0];
  for (;;) {
    const page = await deadLetters.find(filter, { projection, sort, limit: PAGE, ...LIMIT }).toArray();
    const ids: string[] = [];
    for (const { _id, bytes: own } of page as unknown as { _id: string; bytes: number }[]) {
      if (bytes >= wanted) break;
      ids.push(_id);
      bytes += own;
    }
    if (ids.length > 0)
      count += (await deadLetters.deleteMany({ ...filter, _id: { $in: ids } }, LIMIT)).deletedCount;
    if (page.length < PAGE || bytes >= wanted) return { count, bytes };
  }
}
