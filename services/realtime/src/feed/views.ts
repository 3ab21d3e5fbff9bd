import {
  type Call,
  type CallFilter,
  type CallOrder,
  type CallWindow,
  isFound,
  isInWindow,
} from "@teravoz/domain";
import type { CallForm, Message } from "../commands/messages.ts";

/**
 * A change of a call: its new state, or null if it was erased. `message` is for subscribers that asked for the call,
 * `left` for those whose conditions it no longer meets. Each form of them is encoded when first needed, then kept.
 */
export type Delta = {
  aggregate_id: string;
  call: Call | null;
  message: (form: CallForm) => Message;
  left: (form: CallForm) => Message;
};

/** The state of a call in a view. `notified` means by a delta, so that every subscriber has this version. */
type Known = { version: number; notified: boolean; inside: boolean };

/**
 * The calls that a subscriber is notified of. Without a window, calls of any time. The order decides which time of a
 * call the window limits.
 */
export type Selection = { filter: CallFilter; window?: CallWindow; order?: CallOrder };

/** The state that all subscribers of the same selection, form and limit share. */
export type View = {
  selection: Selection;
  form: CallForm;
  /** The maximum number of calls that the view remembers. Those unchanged for the longest time are dropped first. */
  keep: number;
  known: Map<string, Known>;
  /** The deltas of the next frame, the latest of each call. */
  pending: Map<string, Delta>;
};

/**
 * The changes that happen while a subscriber's snapshot is being read: the latest delta of each call, for any
 * selection.
 */
export type Missed = Map<string, Delta>;

/** The number of calls that every view may remember: more than a call centre has in a day's state, some megabytes. */
const KEPT_CALLS = 20_000;

/** Creates a view. It remembers at least twice `limit` calls: the snapshot, and as many that arrived since. */
export function createView(selection: Selection, form: CallForm, limit: number): View {
  const keep = Math.max(2 * limit, KEPT_CALLS);
  return { selection, form, keep, known: new Map(), pending: new Map() };
}

export const matches = ({ filter, window = {}, order }: Selection, call: Call): boolean =>
  isFound(call, filter) && isInWindow(call, window, order);

/** Returns the message of a delta for the subscribers of a view. */
export const messageOf = ({ selection, form }: View, { call, message, left }: Delta): Message =>
  call === null || matches(selection, call) ? message(form) : left(form);

/**
 * Adds a delta to the next frame if the view needs it, for a call inside or one that has just left. Returns whether it
 * was added.
 */
export function offer(view: View, delta: Delta): boolean {
  const known = view.known.get(delta.aggregate_id);
  if (delta.call && isOld(delta.call, known)) return false;
  const inside = delta.call !== null && matches(view.selection, delta.call);
  // if the frame already has this call, replace it: a client that joins now may have the newer version
  if (delta.call && !inside && !known?.inside && !view.pending.has(delta.aggregate_id)) return false;
  if (delta.call && inside) remember(view, delta.call, true);
  else view.known.delete(delta.aggregate_id);
  view.pending.set(delta.aggregate_id, delta);
  return true;
}

const isOld = (call: Call, known: Known | undefined): boolean =>
  known !== undefined && (call.version < known.version || (call.version === known.version && known.notified));

function remember(view: View, call: Call, notified: boolean): void {
  view.known.delete(call.aggregate_id);
  view.known.set(call.aggregate_id, { version: call.version, notified, inside: true });
  const [oldest] = view.known.keys();
  if (view.known.size > view.keep && oldest !== undefined) view.known.delete(oldest);
}

/**
 * Empties the next frame and returns it. It leaves out deltas that are older than a snapshot sent since, and erasures
 * of calls that exist again, because the call's next delta is on its way.
 */
export function takeFrame(view: View): Delta[] {
  const frame = [...view.pending.values()].filter(({ aggregate_id, call }) => {
    const known = view.known.get(aggregate_id);
    return known === undefined || (call !== null && call.version >= known.version);
  });
  view.pending.clear();
  return frame;
}

/**
 * Adds a subscriber that got `calls`, read after `missed` began. The view learns the calls. Returns the deltas that
 * this subscriber still needs. `alone` means that no other subscriber shares the view, so every subscriber has the
 * snapshot.
 */
export function join(view: View, calls: readonly Call[], missed: Missed, alone: boolean): Delta[] {
  const snapshot = new Map(calls.map((call) => [call.aggregate_id, call]));
  // the snapshot is sorted newest first, and the oldest call is to be the first forgotten
  for (const call of calls.toReversed()) learn(view, call, missed.get(call.aggregate_id), alone);
  return [...missed.values()].filter(
    (delta) => view.pending.get(delta.aggregate_id) !== delta && isNews(view, delta, snapshot),
  );
}

function learn(view: View, call: Call, missed: Delta | undefined, alone: boolean): void {
  if (missed && (missed.call === null || missed.call.version > call.version)) return;
  const known = view.known.get(call.aggregate_id);
  if (known && known.version > call.version) return;
  const notified = alone || (known?.notified === true && known.version === call.version);
  remember(view, call, notified);
}

function isNews(view: View, { aggregate_id, call }: Delta, snapshot: Map<string, Call>): boolean {
  const had = snapshot.get(aggregate_id);
  if (call === null) return true;
  return had ? call.version > had.version : matches(view.selection, call);
}

/**
 * Returns the calls that a view holds and its new snapshot does not: they left the selection, were erased, or are too
 * old for it.
 */
export function absentFrom(view: View, calls: readonly Call[]): string[] {
  const present = new Set(calls.map((call) => call.aggregate_id));
  return [...view.known.keys()].filter((aggregate_id) => !present.has(aggregate_id));
}
