import type { Change, Difference, Fold, StoredEvent } from "@teravoz/domain";
import { foldWhole, type KeptCall, nextVersion, type WholeFold } from "../apply/settle.ts";

/** The calls to fold again, with all their events. */
export type Known = {
  keys: readonly string[];
  calls: ReadonlyMap<string, KeptCall>;
  events: Iterable<StoredEvent>;
};

export type Refolding = {
  written: KeptCall[];
  /** The call_ids of the calls without events. */
  removed: string[];
  differences: Difference[];
  changes: Change[];
};

/**
 * Folds calls from all their events, oversized ones too, and assigns the next version to those that differ. Pure; `now`
 * in ms.
 */
export function refoldCalls({ keys, calls, events }: Known, fold: Fold, now: number): Refolding {
  const histories = Map.groupBy(events, ({ aggregate_id }) => aggregate_id);
  const refolding: Refolding = { written: [], removed: [], differences: [], changes: [] };
  for (const key of new Set(keys)) {
    const kept = calls.get(key);
    const folded = foldWhole({ kept, events: histories.get(key) ?? [] }, fold, now);
    if (folded) replace(refolding, key, folded);
    else if (kept) remove(refolding, { key, kept }, now);
  }
  return refolding;
}

function replace(refolding: Refolding, key: string, { next, difference }: WholeFold): void {
  if (!difference) return;
  refolding.written.push(next);
  refolding.differences.push({ key, ...difference });
  refolding.changes.push({ key, kind: "call", version: next.call.version, erased: false });
}

function remove(
  { removed, differences, changes }: Refolding,
  { key, kept }: { key: string; kept: KeptCall },
  now: number,
): void {
  removed.push(key);
  differences.push({ key, kind: "removed", fields: [] });
  // not as erased: a client that is notified late reads the call that exists by then, or finds no call
  changes.push({ key, kind: "call", version: nextVersion(kept.call, now), erased: false });
}
