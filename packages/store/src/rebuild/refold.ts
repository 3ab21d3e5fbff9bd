import type { Change, Difference, Fold, FoldedCall, StoredEvent } from "@teravoz/domain";
import { differingFields, firstId, type KeptCall, nextVersion, OVERGROWN_EVENTS } from "../settle.ts";

/** What is known of the calls to be folded anew: all events of each of them. */
export type Known = {
  keys: readonly string[];
  calls: ReadonlyMap<string, KeptCall>;
  events: Iterable<StoredEvent>;
};

export type Refolding = {
  written: KeptCall[];
  /** call_ids of the calls that no event stands for. */
  removed: string[];
  differences: Difference[];
  changes: Change[];
};

type One = { key: string; kept: KeptCall | undefined; events: readonly StoredEvent[] };

/** Folds calls from all their events, overgrown ones too, and gives those that differ their next version. Pure; `now` in ms. */
export function refoldCalls({ keys, calls, events }: Known, fold: Fold, now: number): Refolding {
  const histories = Map.groupBy(events, ({ aggregate_id }) => aggregate_id);
  const refolding: Refolding = { written: [], removed: [], differences: [], changes: [] };
  for (const key of new Set(keys)) {
    const one = { key, kept: calls.get(key), events: histories.get(key) ?? [] };
    const folded = fold(one.events);
    if (folded) replace(refolding, one, folded, now);
    else if (one.kept) remove(refolding, one, now);
  }
  return refolding;
}

function replace(refolding: Refolding, { key, kept, events }: One, folded: FoldedCall, now: number): void {
  const call = { ...folded, id: firstId(events), version: nextVersion(kept, now) };
  const next = { call, overgrown: events.length > OVERGROWN_EVENTS };
  const fields = kept ? differences(kept, next) : [];
  if (kept && fields.length === 0) return;
  refolding.written.push(next);
  refolding.differences.push({ key, kind: kept ? "changed" : "added", fields });
  refolding.changes.push({ key, kind: "call", version: call.version, erased: false });
}

function remove(refolding: Refolding, { key, kept }: One, now: number): void {
  refolding.removed.push(key);
  refolding.differences.push({ key, kind: "removed", fields: [] });
  // not as erased: who is told late reads a call that has come by then, and finds none else
  refolding.changes.push({ key, kind: "call", version: nextVersion(kept, now), erased: false });
}

function differences(kept: KeptCall, next: KeptCall): string[] {
  const { version: _version, ...folded } = next.call;
  const fields = differingFields(kept.call, folded);
  return kept.overgrown === next.overgrown ? fields : [...fields, "overgrown"];
}
