import {
  type Call,
  type CallFilter,
  type CallOrder,
  type CallWindow,
  isFound,
  isInWindow,
} from "@teravoz/domain";
import type { Message } from "./messages.ts";

/**
 * What became of a call: its new shape, or null once it is erased. `message` notifies those who asked for it, `left` those for whom it
 * is no longer among what they asked for; each is encoded at the first need, then kept.
 */
export type Delta = {
  aggregate_id: string;
  call: Call | null;
  message: () => Message;
  left: () => Message;
};

/** A call as a view last saw it. `notified` = by a delta, so that every subscriber has this version. */
type Known = { version: number; notified: boolean; inside: boolean };

/** The calls that a subscriber is notified of: without a window, of any time. The order says what the window is about. */
export type Selection = { filter: CallFilter; window?: CallWindow; order?: CallOrder };

/** What all subscribers with the same subject share. */
export type View = {
  selection: Selection;
  /** Calls the view remembers at most; the longest untouched go first. */
  keep: number;
  known: Map<string, Known>;
  /** Deltas of the next frame: the latest of each call. */
  pending: Map<string, Delta>;
};

/** What happens while a subscriber's snapshot is being read: the latest delta of each call, whatever the subject. */
export type Missed = Map<string, Delta>;

/** What a view remembers at least: more calls than a call centre has in a day's state, some megabytes. */
const KEPT_CALLS = 20_000;

/** A view whose snapshots hold `limit` calls remembers twice as many at least: the snapshot, and as much that came since. */
export function createView(subject: Selection, limit: number): View {
  return { selection: subject, keep: Math.max(2 * limit, KEPT_CALLS), known: new Map(), pending: new Map() };
}

export const matches = ({ filter, window = {}, order }: Selection, call: Call): boolean =>
  isFound(call, filter) && isInWindow(call, window, order);

/** A delta as the subscribers of a view are notified of it. */
export const messageOf = ({ selection: subject }: View, { call, message, left }: Delta): Message =>
  call === null || matches(subject, call) ? message() : left();

/** Adds a delta to the next frame if the view needs it: for a call inside, or one that has just left. */
export function offer(view: View, delta: Delta): boolean {
  const known = view.known.get(delta.aggregate_id);
  if (delta.call && isOld(delta.call, known)) return false;
  const inside = delta.call !== null && matches(view.selection, delta.call);
  // the frame already has this call: replace it, because a client that joins now may have the newer version
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
  view.known.set(call.aggregate_id, { version: call.version, notified: notified, inside: true });
  const [oldest] = view.known.keys();
  if (view.known.size > view.keep && oldest !== undefined) view.known.delete(oldest);
}

/**
 * Empties the next frame. A delta older than a snapshot given since is left out, an erasure of a call that is there again
 * too: the call's next delta is on its way.
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
 * A subscriber got `calls`, read after `missed` began: the view learns them, and the answer is what this one subscriber
 * still has to be notified. `alone` = nobody else shares the view, so the snapshot is all there is to know.
 */
export function join(view: View, calls: readonly Call[], missed: Missed, alone: boolean): Delta[] {
  const snapshot = new Map(calls.map((call) => [call.aggregate_id, call]));
  // newest first as they come: the oldest is to be the first forgotten
  for (const call of calls.toReversed()) learn(view, call, missed.get(call.aggregate_id), alone);
  return [...missed.values()].filter(
    (delta) => view.pending.get(delta.aggregate_id) !== delta && isNews(view, delta, snapshot),
  );
}

function learn(view: View, call: Call, missed: Delta | undefined, alone: boolean): void {
  if (missed && (missed.call === null || missed.call.version > call.version)) return;
  const known = view.known.get(call.aggregate_id);
  if (known && known.version > call.version) return;
  const everybodyHasIt = alone || (known?.notified === true && known.version === call.version);
  remember(view, call, everybodyHasIt);
}

function isNews(view: View, { aggregate_id, call }: Delta, snapshot: Map<string, Call>): boolean {
  const had = snapshot.get(aggregate_id);
  if (call === null) return true;
  return had ? call.version > had.version : matches(view.selection, call);
}

/** The calls a view holds that a new snapshot of it does not: they left the subject, were erased, or are too old for it. */
export function absentFrom(view: View, calls: readonly Call[]): string[] {
  const present = new Set(calls.map((call) => call.aggregate_id));
  return [...view.known.keys()].filter((aggregate_id) => !present.has(aggregate_id));
}
