import type { CallRebuild, Claim, Fold, KeysPage, Partition, Refolded } from "@teravoz/domain";
import { readKeysCursor, writeKeysCursor } from "../queries/cursor.ts";
import { type Known, refoldCalls } from "../rebuild/refold.ts";
import { fenceOf, type State } from "./memory-state.ts";

/** The model of the rebuild on MongoDB. Each member runs in one turn of the event loop. */
export const createMemoryRebuild = (state: State, now: () => number): CallRebuild => ({
  claim: async (partitions, revision) => claim(state, partitions, revision),
  finish: async (partitions, revision) => {
    for (const fence of partitions.map((place) => fenceOf(state, place)))
      fence.refolded = Math.max(fence.refolded, revision);
  },
  listKeys: async (page) => listKeys(state, page),
  compare: async (keys, fold) => refoldCalls(readKnown(state, keys), fold, now()).differences,
  refold: async (work, fold) => refold(state, work, fold, now()),
  // agents are folded from their events with each read
  listAgents: async () => ({ items: [], next: null }),
  compareAgents: async () => [],
  refoldAgents: async (work, { revision, readOccurrence }) =>
    refold(
      state,
      { ...work, keys: [] },
      Object.assign(() => null, { revision, readOccurrence }),
      now(),
    ),
  confirmNotified: async (place, changes) => {
    const fence = fenceOf(state, place);
    if (fence.untold.length === changes.length) fence.untold = [];
  },
});

function claim(state: State, partitions: readonly Partition[], revision: number): Claim {
  const claimed = partitions.map((place) => fenceOf(state, place));
  const highest = Math.max(0, ...claimed.map(({ fold }) => fold));
  if (highest > revision) return { superseded: highest };
  for (const fence of claimed) fence.fold = revision;
  return { superseded: null, behind: claimed.some(({ refolded }) => refolded < revision) };
}

function listKeys(state: State, { limit, cursor, below }: Parameters<CallRebuild["listKeys"]>[0]): KeysPage {
  const { of, after } = readKeysCursor(cursor);
  const ofEvents = new Set([...state.events.values()].flatMap((event) => keyOf(event)));
  const ofCalls = [...state.calls.keys()].filter((key) => !ofEvents.has(key));
  const all = (of === "events" ? [...ofEvents] : ofCalls).filter((key) => key > after).sort();
  const keys = all.slice(0, limit);
  const isMade = (key: string) => below !== null && (state.calls.get(key)?.call.fold ?? 0) >= below;
  const wanted = keys.filter((key) => !isMade(key));
  const isLarge = (key: string) => state.calls.get(key)?.oversized === true;
  const page = { items: wanted.filter((key) => !isLarge(key)), oversized: wanted.filter(isLarge) };
  if (all.length > limit) return { ...page, next: writeKeysCursor({ of, after: keys.at(-1)! }) };
  return { ...page, next: of === "events" ? writeKeysCursor({ of: "kept", after: "" }) : null };
}

const keyOf = ({ kind, aggregate_id }: { kind: string; aggregate_id: string }) =>
  kind === "call" ? [aggregate_id] : [];

function readKnown(state: State, keys: readonly string[]): Known {
  const wanted = new Set(keys);
  const events = [...state.events.values()].filter((event) => keyOf(event).some((key) => wanted.has(key)));
  return { keys, events, calls: state.calls };
}

function refold(
  state: State,
  { keys, ...place }: Partition & { keys: readonly string[] },
  fold: Fold,
  now: number,
): Refolded {
  const fence = fenceOf(state, place);
  if (fence.fold > fold.revision) return { superseded: fence.fold };
  const { written, removed, differences, changes } = refoldCalls(readKnown(state, keys), fold, now);
  fence.fold = fold.revision;
  fence.untold = [...fence.untold, ...changes];
  for (const key of removed) state.calls.delete(key);
  for (const kept of written) state.calls.set(kept.call.aggregate_id, kept);
  return { superseded: null, differences, changes: [...fence.untold] };
}
