import { applyPresence, type Presence } from "../agents/presence.ts";
import type { Fold } from "../call/folded-call.ts";
import type { Event } from "../event/event.ts";
import { readOccurrence as readInUtc } from "../time/timestamp.ts";
import { type RecentCall, recentPart } from "./recent-call.ts";

/**
 * A call is on the board for this long after its last event. The longest day, on which summer time ends, has 25 hours.
 */
export const ON_BOARD_MS = 25 * 3_600_000;

/**
 * The agents of a past moment are folded from the events of this period before it. A working agent logs in again within
 * a week. An agent without an event in that time is folded from all events.
 */
export const PRESENCE_LOOK_BACK_MS = 8 * 86_400_000;

/** A call that began before the end of a stretch of the past, and had an event after the start of it. */
export type MovingCall = {
  /** The call as it is stored now. */
  call: RecentCall;
  /** The events that were received before the end of the stretch, in no particular order. */
  events: readonly Event[];
};

/** All data for the calls and agents of any moment in a stretch of the past. Moments are times of reception. */
export type Past = {
  from: Date;
  /** The end of the stretch, inclusive. */
  to: Date;
  /** The calls on the board at `from`, as they were then. Calls that have changed since may be among them. */
  settled: readonly RecentCall[];
  /** All calls that changed in the stretch. */
  moving: readonly MovingCall[];
  /** The agents as they were at `from`. */
  presences: readonly Presence[];
  /** All log-ins and pauses that were received after `from`, to the end of the stretch. */
  said: readonly Event[];
};

/**
 * The calls on the board at a moment of the stretch: the folds of the events that had been received by then. A call
 * whose last event had been received by then is returned as it is stored. A call that has changed since is folded
 * again, and its `version` is the time of its last event.
 */
export function callsAt(
  { settled, moving }: Pick<Past, "settled" | "moving">,
  at: Date,
  fold: Fold,
): RecentCall[] {
  const moved = new Set(moving.map(({ call }) => call.aggregate_id));
  const stood = settled.filter(({ aggregate_id }) => !moved.has(aggregate_id));
  const since = at.getTime() - ON_BOARD_MS;
  return [...stood, ...moving.flatMap((each) => callAt(each, at, fold) ?? [])].filter(
    ({ updated_at }) => updated_at.getTime() >= since,
  );
}

/** Returns a call as it was at a moment; null before its first event. */
function callAt({ call, events }: MovingCall, at: Date, fold: Fold): RecentCall | null {
  if (call.updated_at <= at) return call;
  const folded = fold(events.filter(({ received_at }) => received_at <= at));
  return folded && recentPart({ ...folded, version: folded.updated_at.getTime() });
}

/** The agents at a moment of the stretch, by the events that had been received by then. */
export function presencesAt(
  { presences, said }: Pick<Past, "presences" | "said">,
  at: Date,
  readOccurrence = readInUtc,
): Presence[] {
  const known = new Map(presences.map((presence) => [presence.agent, presence]));
  const received = said.filter(({ received_at }) => received_at <= at);
  for (const [agent, events] of Map.groupBy(received, ({ aggregate_id }) => aggregate_id)) {
    const presence = applyPresence(known.get(agent) ?? null, events, readOccurrence);
    if (presence) known.set(agent, { ...presence, version: presence.updated_at.getTime() });
  }
  return [...known.values()];
}
