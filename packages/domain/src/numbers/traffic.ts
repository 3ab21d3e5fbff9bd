import type { FoldedCall } from "../call/folded-call.ts";
import { durationOf, isWithin, meanOf, type Window } from "../time/window.ts";

/** The fields by which an outbound or internal call is counted. */
export type TrafficCall = Pick<
  FoldedCall,
  "counted_as" | "queue" | "began_at" | "connected_at" | "finished_at" | "legs" | "talks"
>;

/** The numbers of outbound calls, or of internal calls. */
export type TrafficNumbers = {
  /** Calls that began in the window. */
  placed: number;
  /** Calls whose first call.ongoing came in the window. */
  connected: number;
  /** Visits to a queue that ended in the window without an answer: the dialled customer hung up. */
  dropped: number;
  /** Mean of the talks that ended in the window; null if there were none. */
  mean_talk_ms: number | null;
};

/** The kinds of calls that are not inbound. */
const KINDS = ["outbound", "internal"] as const;

type Sums = Omit<TrafficNumbers, "mean_talk_ms"> & { talks: number; talkMs: number };
export type Traffic = Record<(typeof KINDS)[number], Sums>;

const createSums = (): Sums => ({ placed: 0, connected: 0, dropped: 0, talks: 0, talkMs: 0 });

export const createTraffic = (): Traffic => ({ outbound: createSums(), internal: createSums() });

/**
 * Counts an outbound or internal call. `tallies` gives the tallies of a queue. A dropped customer counts in the queue
 * of the visit, and everything else in the first queue of the call.
 */
export function addTraffic(
  call: TrafficCall,
  window: Window,
  tallies: (queue: string | null) => readonly Traffic[],
): void {
  const { counted_as, legs, began_at, connected_at } = call;
  if (counted_as === "inbound") return;
  const first = legs[0]?.queue ?? call.queue;
  const talk = talkOf(call);
  for (const { [counted_as]: sums } of tallies(first)) {
    if (isWithin(began_at, window)) sums.placed += 1;
    if (connected_at && isWithin(connected_at, window)) sums.connected += 1;
    if (!talk || !isWithin(talk.to, window)) continue;
    sums.talks += 1;
    sums.talkMs += durationOf(talk.from, talk.to);
  }
  for (const { queue, outcome, ended_at } of legs)
    if (queue !== null && outcome === "ABANDONED" && isWithin(ended_at!, window))
      for (const { [counted_as]: sums } of tallies(queue)) sums.dropped += 1;
}

/**
 * The talk of a call: from the first call.ongoing until the last agent left, or until the end. Null while the talk is
 * open, or without a talk.
 */
export function talkOf({
  connected_at,
  talks,
  finished_at,
}: Pick<TrafficCall, "connected_at" | "talks" | "finished_at">): { from: Date; to: Date } | null {
  if (!connected_at || talks.some(({ ended_at }) => !ended_at)) return null;
  const left = talks.reduce<Date | null>(
    (last, { ended_at }) => (last && last > ended_at! ? last : ended_at),
    null,
  );
  const to = left && left >= connected_at ? left : finished_at;
  return to && { from: connected_at, to };
}

const numbersOf = ({ talks, talkMs, ...counts }: Sums): TrafficNumbers => ({
  ...counts,
  mean_talk_ms: meanOf(talkMs, talks),
});

export const trafficNumbersOf = ({
  outbound,
  internal,
}: Traffic): Record<(typeof KINDS)[number], TrafficNumbers> => ({
  outbound: numbersOf(outbound),
  internal: numbersOf(internal),
});
