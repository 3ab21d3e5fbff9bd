import { applyPresence, type Presence } from "../agents/presence.ts";
import type { Fold } from "../call/folded-call.ts";
import type { Event } from "../event/event.ts";
import { readOccurrence as readInUtc } from "../time/timestamp.ts";
import { type RecentCall, recentPart } from "./recent-call.ts";

/** A call is on the board for so long after its last event: the longest day has 25 hours, where summer time ends. */
export const ON_BOARD_MS = 25 * 3_600_000;

/**
 * How far back an agent of the past is read. Whoever works logs in again within a week; an agent who said nothing in that time is made
 * of everything said.
 */
export const PRESENCE_LOOK_BACK_MS = 8 * 86_400_000;

/** A call that had begun when a stretch of the past ended, and had an event after that stretch began. */
export type MovingCall = {
  /** As it is stored now. */
  call: RecentCall;
  /** Those that were received before the stretch ended, in no order. */
  events: readonly Event[];
};

/** All that is needed to say how calls and agents were at any moment of a stretch of the past. Moments are times of receipt. */
export type Past = {
  from: Date;
  /** Inclusive. */
  to: Date;
  /** The calls on the board at `from`, as they were then; those that moved since may be among them. */
  settled: readonly RecentCall[];
  /** All of the stretch. */
  moving: readonly MovingCall[];
  /** The agents as they were at `from`. */
  presences: readonly Presence[];
  /** Log-ins and pauses that were received after it, all of the stretch. */
  said: readonly Event[];
};

/**
 * The calls on the board at a moment of the stretch: the folds of what had been received by then. A call whose last event had come
 * is as it is stored; only one that has moved since is folded again. `version` of such a one is the time of its last event.
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

/** Null before its first event. */
function callAt({ call, events }: MovingCall, at: Date, fold: Fold): RecentCall | null {
  if (call.updated_at <= at) return call;
  const folded = fold(events.filter(({ received_at }) => received_at <= at));
  return folded && recentPart({ ...folded, version: folded.updated_at.getTime() });
}

/** The agents at a moment of the stretch: what had been received by then tells them. */
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
