import {
  type Batch,
  type Call,
  type Change,
  type Fold,
  type FoldedCall,
  type LoggedEvent,
  latestErased,
  type StoredEvent,
} from "@teravoz/domain";

/**
 * A call with more events than this is overgrown: what comes later is stored, but folded no more, for each batch
 * would read and fold all of it again. The longest real calls have a few dozen events; 5,000 are read and folded in
 * some 50 ms.
 */
export const OVERGROWN_EVENTS = 5_000;

export type KeptCall = { call: Call; overgrown: boolean };

export type Settled = {
  /** Calls that differ from what was kept, to be written. */
  written: KeptCall[];
  /** One for each call and agent key that was touched. */
  changes: Change[];
};

/** What is known of the touched calls: `events` holds all events of each call that is not overgrown, the new ones included. */
export type Touched = {
  batch: readonly LoggedEvent[];
  calls: ReadonlyMap<string, KeptCall>;
  events: Iterable<StoredEvent>;
};

/** Folds the touched calls and gives those that changed their next version. Pure; `now` in ms. */
export function settle(touched: Touched, fold: Fold, now: number): Settled {
  const written: KeptCall[] = [];
  const histories = Map.groupBy(touched.events, ({ aggregate_id }) => aggregate_id);
  const settleCall = (key: string): number => {
    const kept = touched.calls.get(key);
    if (kept?.overgrown) return kept.call.version;
    const next = nextCall(kept, histories.get(key) ?? [], fold, now);
    if (next && next !== kept) written.push(next);
    return next?.call.version ?? now;
  };
  const changes = keysOf(touched.batch, "call").map((key) => change("call", key, settleCall(key)));
  const agents = keysOf(touched.batch, "agent").map((key) => change("agent", key, now));
  return { written, changes: [...changes, ...agents] };
}

/** The keys of one kind, each once. */
export const keysOf = (events: readonly LoggedEvent[], kind: Change["kind"]): string[] => [
  ...new Set(events.filter((event) => event.kind === kind).map(({ aggregate_id }) => aggregate_id)),
];

const change = (kind: Change["kind"], key: string, version: number): Change => ({
  key,
  kind,
  version,
  erased: false,
});

/** One for each subject that a batch erases. */
export const erasureChanges = ({ erasures = [] }: Batch, now: number): Change[] =>
  [...latestErased(erasures).values()].map(({ kind, key }) => ({ key, kind, version: now, erased: true }));

/** `kept` itself where nothing changed. */
function nextCall(
  kept: KeptCall | undefined,
  events: readonly StoredEvent[],
  fold: Fold,
  now: number,
): KeptCall | undefined {
  const folded = fold(events);
  const overgrown = events.length > OVERGROWN_EVENTS;
  if (!folded || (kept && kept.overgrown === overgrown && isSame(kept.call, folded))) return kept;
  const id = kept?.call.id ?? firstId(events);
  return { call: { ...folded, id, version: nextVersion(kept, now) }, overgrown };
}

export const firstId = (events: readonly StoredEvent[]): number =>
  events.reduce((least, event) => Math.min(least, event.id), Infinity);

export const nextVersion = (kept: KeptCall | undefined, now: number): number =>
  Math.max((kept?.call.version ?? 0) + 1, now);

const isSame = (call: FoldedCall, folded: FoldedCall): boolean => differingFields(call, folded).length === 0;

/** The names of the folded fields in which the two are not equal. */
export const differingFields = (call: FoldedCall, folded: FoldedCall): string[] =>
  (Object.keys(folded) as (keyof FoldedCall)[]).filter((field) => !isEqual(call[field], folded[field]));

const isEqual = (one: FoldedCall[keyof FoldedCall], other: FoldedCall[keyof FoldedCall]) =>
  one instanceof Date && other instanceof Date ? one.getTime() === other.getTime() : one === other;
