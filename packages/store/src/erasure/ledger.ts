import { type Erased, type Erasure, latestErased, type Subject } from "@teravoz/domain";
import type { AnyBulkWriteOperation, ClientSession, IndexDescription } from "mongodb";
import type { Collections } from "../collections.ts";
import { OPERATION_LIMIT_MS } from "../connect.ts";
import type { LedgerNames } from "./names.ts";

/**
 * What was asked to be erased, and how far that is. `_id` is a keyed hash: nobody reads out of it what was erased. Of a call or
 * an agent, or of the person (`number`, `actor`) for whom those were asked for together.
 */
export type LedgerDocument = {
  _id: string;
  kind: string;
  requested_at: Date;
  /** Null until the tombstone was read. */
  erased_at: Date | null;
  clean_at: Date | null;
  log_clean_by: Date | null;
  expires_at: Date;
  /** `_id` of the persons it was asked for. */
  asked_for?: string[];
};

/** What comes again later than this is taken for new. Longer than the log or a spool holds anything (28 days). */
export const LEDGER_MS = 90 * 86_400_000;

export const LEDGER_INDEXES: IndexDescription[] = [
  { key: { expires_at: 1 }, expireAfterSeconds: 0 },
  { key: { asked_for: 1 }, sparse: true },
];

/** What a new primary holds may not count as a majority's yet: this must be no older than a position that was read before it. */
const NEWEST = { readConcern: { level: "local" } } as const;

/** One read, also for thousands. What was asked for and not done yet does not count. */
export async function findErased(
  { erased }: Collections,
  names: LedgerNames,
  subjects: readonly Subject[],
  session?: ClientSession,
): Promise<Erased[]> {
  const named = new Map(subjects.flatMap((each) => names(each.kind, each.key).map((name) => [name, each])));
  if (named.size === 0) return [];
  const filter = { _id: { $in: [...named.keys()] }, erased_at: { $ne: null } };
  const options = {
    projection: { erased_at: 1 },
    maxTimeMS: OPERATION_LIMIT_MS,
    ...(session ? { session } : NEWEST),
  };
  const found = await erased.find(filter, options).toArray();
  const known = found.map(({ _id, erased_at }): Erased => {
    const { kind, key } = named.get(_id)!;
    return { kind, key, erased_at: erased_at! };
  });
  return [...latestErased(known).values()];
}

/**
 * Enters erasures that are being done; `now` in ms. What was entered for them before, by a request or an erasure, is kept; also what
 * was entered under another key: while keys are replaced others write with another one first.
 */
export async function enterErasures(
  { erased }: Collections,
  names: LedgerNames,
  erasures: readonly Erasure[],
  { session, now }: { session: ClientSession; now: number },
): Promise<void> {
  const entries = erasures.flatMap((erasure) =>
    names(erasure.kind, erasure.key).map((name, n) => entryOf(name, erasure, { now, upsert: n === 0 })),
  );
  await erased.bulkWrite(entries, { session, maxTimeMS: OPERATION_LIMIT_MS });
}

const entryOf = (
  _id: string,
  { kind, erased_at, log_clean_by, isRepeated }: Erasure,
  { now, upsert }: { now: number; upsert: boolean },
): AnyBulkWriteOperation<LedgerDocument> => {
  // null is what was asked for and not done; an entry that is made here has none yet
  const isWaiting = { $eq: ["$clean_at", null] };
  const done = (value: object) => (isRepeated ? { $cond: [isWaiting, null, value] } : value);
  const entry = {
    kind,
    requested_at: { $ifNull: ["$requested_at", erased_at] },
    erased_at: { $max: ["$erased_at", erased_at] },
    clean_at: done({ $ifNull: ["$clean_at", new Date(now)] }),
    log_clean_by: done({ $max: ["$log_clean_by", log_clean_by] }),
    expires_at: { $max: ["$expires_at", new Date(now + LEDGER_MS)] },
  };
  return { updateOne: { filter: { _id }, update: [{ $set: entry }], upsert } };
};
