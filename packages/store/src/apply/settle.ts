import { isDeepStrictEqual } from "node:util";
import {
  type Batch,
  type Call,
  type Change,
  type Difference,
  type Fold,
  type FoldedCall,
  type LoggedEvent,
  latestErased,
  type StoredEvent,
} from "@teravoz/domain";
import { completeCall } from "./older-calls.ts";

/**
 * A call with more events than this is oversized. Later events are stored but no longer folded, because each batch
 * would read and fold all of them again. The longest real calls have a few dozen events. 5,000 events are read and
 * folded in about 50 ms.
 */
export const OVERSIZED_EVENTS = 5_000;
/**
 * The limit for the payloads of a call in UTF-8: ten thousand usual events, or 128 of the largest that ingest accepts.
 */
export const OVERSIZED_BYTES = 8 * 1024 * 1024;

const isOversized = (events: readonly StoredEvent[]): boolean =>
  events.length > OVERSIZED_EVENTS ||
  events.reduce((sum, { payload }) => sum + Buffer.byteLength(payload), 0) > OVERSIZED_BYTES;

export type KeptCall = { call: Call; oversized: boolean };

export type Settled = {
  /** The calls that differ from the stored ones and must be written. */
  written: KeptCall[];
  /** One change for each touched call and agent key. */
  changes: Change[];
};

/**
 * The stored state of the touched calls. `events` holds all events of each call that is not oversized, new events
 * included.
 */
export type Touched = {
  batch: readonly LoggedEvent[];
  calls: ReadonlyMap<string, KeptCall>;
  events: Iterable<StoredEvent>;
};

/** Folds the touched calls, and assigns the next version to those that changed. Pure; `now` in ms. */
export function settle(touched: Touched, fold: Fold, now: number): Settled {
  const written: KeptCall[] = [];
  const histories = Map.groupBy(touched.events, ({ aggregate_id }) => aggregate_id);
  const settleCall = (key: string): number => {
    const kept = touched.calls.get(key);
    if (kept?.oversized) return kept.call.version;
    const folded = foldWhole({ kept, events: histories.get(key) ?? [] }, fold, now);
    if (!folded?.difference) return kept?.call.version ?? now;
    written.push(folded.next);
    return folded.next.call.version;
  };
  const changes = keysOf(touched.batch, "call").map((key) => change("call", key, settleCall(key)));
  const agents = keysOf(touched.batch, "agent").map((key) => change("agent", key, now));
  return { written, changes: [...changes, ...agents] };
}

/** The keys of the events of one kind, each once. */
export const keysOf = (events: readonly LoggedEvent[], kind: Change["kind"]): string[] => [
  ...new Set(events.filter((event) => event.kind === kind).map(({ aggregate_id }) => aggregate_id)),
];

const change = (kind: Change["kind"], key: string, version: number): Change => ({
  key,
  kind,
  version,
  erased: false,
});

/** One change for each subject that a batch erases. An agent that lost only single events is changed, not erased. */
export const erasureChanges = ({ erasures = [] }: Batch, now: number): Change[] =>
  [...latestErased(erasures).values()].map(({ kind, key, uuids }) => ({
    key,
    kind,
    version: now,
    erased: uuids === undefined,
  }));

export type WholeFold = {
  next: KeptCall;
  /** The difference from the stored call, null if there is none. `fields` names the changed fields. */
  difference: Omit<Difference, "key"> | null;
};

/** Folds a call from all its events; null if the fold makes no call. The call gets the number of its first event. */
export function foldWhole(
  { kept, events }: { kept: KeptCall | undefined; events: readonly StoredEvent[] },
  fold: Fold,
  now: number,
): WholeFold | null {
  const folded = fold(events);
  if (!folded) return null;
  const numbered = { ...folded, id: firstId(events) };
  const oversized = isOversized(events);
  const next = { call: { ...numbered, version: nextVersion(kept?.call, now) }, oversized };
  if (!kept) return { next, difference: { kind: "added", fields: [] } };
  const fields = differingFields(completeCall(kept.call), numbered);
  if (kept.oversized !== oversized) fields.push("overgrown");
  return { next, difference: fields.length > 0 ? { kind: "changed", fields } : null };
}

export const firstId = (events: readonly StoredEvent[]): number =>
  events.reduce((least, event) => Math.min(least, event.id), Infinity);

/** The next version of a call or an agent; `kept` is the stored one. */
export const nextVersion = (kept: { version: number } | undefined, now: number): number =>
  Math.max((kept?.version ?? 0) + 1, now);

type Numbered = FoldedCall & Pick<Call, "id">;

/** The names of the fields in which the calls differ. */
const differingFields = (call: Numbered, other: Numbered): string[] =>
  (Object.keys(other) as (keyof Numbered)[]).filter((field) => !isDeepStrictEqual(call[field], other[field]));
