import { type Erased, type ErasedPart, type LedgerKey, latestErased } from "@teravoz/domain";
import type { AnyBulkWriteOperation, ClientSession } from "mongodb";
import type { Collections } from "../mongo/collections.ts";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import type { LedgerDocument } from "../mongo/documents.ts";
import { reading } from "../mongo/reading.ts";
import type { LedgerNames } from "./names.ts";

/**
 * The time that an entry is kept. An erased event that is received later than this counts as new. The log and a spool
 * hold no event for so long (28 days at most).
 */
export const LEDGER_MS = 90 * 86_400_000;

/**
 * The options of a read of the newest data. A majority may not have confirmed the data of a new primary yet, and this
 * read must not be older than a position that was read before it.
 */
const NEWEST = { readConcern: { level: "local" } } as const;

/**
 * Finds which keys were erased, in one read even for thousands of keys. A request that is not done yet does not count.
 */
export async function findErased(
  { erased }: Collections,
  names: LedgerNames,
  keys: readonly LedgerKey[],
  session?: ClientSession,
): Promise<Erased[]> {
  const named = new Map(keys.flatMap((each) => names(each.kind, each.key).map((name) => [name, each])));
  if (named.size === 0) return [];
  const filter = { _id: { $in: [...named.keys()] }, erased_at: { $ne: null } };
  const options = {
    projection: { erased_at: 1, possible_until: 1 },
    maxTimeMS: OPERATION_LIMIT_MS,
    ...(session ? { session } : NEWEST),
  };
  const found = await erased.find(filter, options).toArray();
  const known = found.map(({ _id, erased_at, possible_until }): Erased => {
    const { kind, key } = named.get(_id)!;
    return { kind, key, erased_at: erased_at!, ...(possible_until && { possible_until }) };
  });
  return [...latestErased(known).values()];
}

/**
 * Reads the mark of CallQueries.erasureMark: the expiry of the newest entry, read from the index. A request moves it
 * too.
 */
export async function readErasureMark({ erased }: Pick<Collections, "erased">): Promise<number> {
  const newest = { sort: { expires_at: -1 }, projection: { _id: 0, expires_at: 1 } } as const;
  const found = await erased.findOne({}, { ...reading, ...newest });
  return found?.expires_at.getTime() ?? 0;
}

/** See CallStore.knowsPersons. */
export async function knowsPersons({ erased }: Pick<Collections, "erased">): Promise<boolean> {
  const filter = { person: true as const };
  const options = { projection: { _id: 1 }, maxTimeMS: OPERATION_LIMIT_MS, ...NEWEST };
  return (await erased.findOne(filter, options)) !== null;
}

/**
 * Returns whether there are entries that none of these keys can find. Events that those entries forbid would then be
 * stored again.
 */
export async function hasUnreadable(
  { erased }: Pick<Collections, "erased">,
  { marks }: LedgerNames,
): Promise<boolean> {
  const lists = await erased.distinct("under", {}, { maxTimeMS: OPERATION_LIMIT_MS });
  return lists.some((list) => list !== undefined && !list.split(",").some((mark) => marks.includes(mark)));
}

/**
 * Enters the erasures of a batch; `now` in ms. Earlier entries of a request or an erasure are kept. Each erasure is
 * entered under every key, because other instances may list only some of the keys while keys are rotated.
 */
export async function enterErasures(
  { erased }: Collections,
  names: LedgerNames,
  parts: readonly ErasedPart[],
  { session, now }: { session: ClientSession; now: number },
): Promise<void> {
  const entries = parts.flatMap((part) => {
    const persons = part.asked_for && names(part.asked_for.kind, part.asked_for.key);
    const agents = part.of === undefined ? undefined : names("agent", part.of);
    return names(part.kind, part.key).map((name, index) =>
      entryOf(name, part, { now, under: underOf(names), asked_for: persons?.[index], of: agents?.[index] }),
    );
  });
  await erased.bulkWrite(entries, { session, maxTimeMS: OPERATION_LIMIT_MS });
}

/** The value of `under`: see LedgerDocument. */
export const underOf = ({ marks }: LedgerNames): string => marks.toSorted().join(",");

type Beside = {
  now: number;
  under: string;
  asked_for: string | undefined;
  of: string | undefined;
};

const entryOf = (
  _id: string,
  { kind, erased_at, log_clean_by, isRepeated }: ErasedPart,
  { now, under, asked_for, of }: Beside,
): AnyBulkWriteOperation<LedgerDocument> => {
  // null marks a request that is not done; an entry that is made here does not have the field yet
  const isWaiting = { $eq: ["$clean_at", null] };
  const done = (value: object) => (isRepeated ? { $cond: [isWaiting, null, value] } : value);
  const entry = {
    kind,
    requested_at: { $ifNull: ["$requested_at", erased_at] },
    erased_at: { $max: ["$erased_at", erased_at] },
    clean_at: done({ $ifNull: ["$clean_at", new Date(now)] }),
    log_clean_by: done({ $max: ["$log_clean_by", log_clean_by] }),
    expires_at: { $max: ["$expires_at", new Date(now + LEDGER_MS)] },
    ...(asked_for && { asked_for: { $setUnion: [{ $ifNull: ["$asked_for", []] }, [asked_for]] } }),
    ...(of && { of }),
    under,
  };
  return { updateOne: { filter: { _id }, update: [{ $set: entry }], upsert: true } };
};
