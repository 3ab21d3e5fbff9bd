import type { CallState, FoldedCall } from "./call.ts";
import { type Leg, openLeg } from "./legs.ts";

/** From (inclusive) to (exclusive). */
export type Window = { from: Date; to: Date };

/** What is promised to callers of a queue. */
export type QueuePromise = {
  /** Answered within this is answered in time. */
  serviceLevelMs: number;
  /** Who hangs up within this did not wait, and is not the queue's fault. */
  shortAbandonMs: number;
};

/** What the numbers are made of: a call's legs, and what says whether it still goes on. */
export type CountedCall = Pick<FoldedCall, "state" | "updated_at" | "legs">;

/** The numbers of one queue, or of all. Waits and talks in ms; null where there is nothing to count. */
export type QueueNumbers = {
  /** Legs that are open and not answered, now. */
  waiting: number;
  /** When the oldest of them began. */
  waiting_since: Date | null;
  /** Legs opened in the window. */
  offered: number;
  /** Legs that ended in the window, by their outcome; `abandoned` has the short ones in it. */
  answered: number;
  abandoned: number;
  short: number;
  overflowed: number;
  /** Answered in time, of answered + abandoned - short: from 0 to 1. */
  service_level: number | null;
  /** Of answered legs that ended in the window: mean and 90th percentile (nearest rank) of the wait, and mean of the talk. */
  mean_wait_ms: number | null;
  p90_wait_ms: number | null;
  mean_talk_ms: number | null;
};

/** A call without an event for so long has lost its call.finished: nobody waits four hours. */
export const PRESUMED_LOST_MS = 4 * 3_600_000;

/** Not finished and silent for too long: marked and left out of what goes on now, never changed. */
export const isPresumedLost = (call: Pick<CountedCall, "state" | "updated_at">, now: Date): boolean =>
  call.state !== "FINISHED" && now.getTime() - call.updated_at.getTime() >= PRESUMED_LOST_MS;

/** How many calls are in each state now, those presumed lost left out; FINISHED are those that are given. */
export function countStates(calls: Iterable<CountedCall>, now: Date): Record<CallState, number> {
  const counts = { NEW: 0, STANDBY: 0, WAITING: 0, ONGOING: 0, FINISHED: 0 };
  for (const call of calls) if (!isPresumedLost(call, now)) counts[call.state] += 1;
  return counts;
}

/**
 * The numbers of all queues and of each, for the legs without a queue under null. Pure: the same calls give the same numbers,
 * in whatever order they come.
 */
export function countQueues(
  calls: Iterable<CountedCall>,
  asked: { window: Window; now: Date; promiseOf: (queue: string | null) => QueuePromise },
): { total: QueueNumbers; queues: Map<string | null, QueueNumbers> } {
  const { window, now, promiseOf } = asked;
  const total = createTally();
  const tallies = new Map<string | null, Tally>();
  const tallyOf = (queue: string | null): Tally => {
    const known = tallies.get(queue);
    if (known) return known;
    const tally = createTally();
    tallies.set(queue, tally);
    return tally;
  };
  for (const call of calls) {
    const open = isPresumedLost(call, now) ? null : openLeg(call.legs);
    for (const leg of call.legs) {
      const promise = promiseOf(leg.queue);
      for (const tally of [total, tallyOf(leg.queue)]) {
        if (leg === open && !leg.answered_at) addWaiting(tally, leg);
        addLeg(tally, leg, window, promise);
      }
    }
  }
  const queues = [...tallies].map(([queue, tally]) => [queue, numbersOf(tally)] as const);
  return { total: numbersOf(total), queues: new Map(queues) };
}

/** What is added up, leg by leg, before it becomes numbers. */
export type Tally = Pick<
  QueueNumbers,
  "waiting" | "waiting_since" | "offered" | "answered" | "abandoned" | "short" | "overflowed"
> & { inTime: number; waits: number[]; talkMs: number };

export const createTally = (): Tally => ({
  waiting: 0,
  waiting_since: null,
  offered: 0,
  answered: 0,
  abandoned: 0,
  short: 0,
  overflowed: 0,
  inTime: 0,
  waits: [],
  talkMs: 0,
});

function addWaiting(tally: Tally, { entered_at }: Leg): void {
  tally.waiting += 1;
  if (!tally.waiting_since || entered_at < tally.waiting_since) tally.waiting_since = entered_at;
}

/** Counts what of a leg falls into the window: its beginning, its end, or both. */
export function addLeg(tally: Tally, leg: Leg, window: Window, promise: QueuePromise): void {
  if (isWithin(leg.entered_at, window)) tally.offered += 1;
  if (!leg.ended_at || !isWithin(leg.ended_at, window)) return;
  const waitMs = durationOf(leg.entered_at, leg.answered_at ?? leg.ended_at);
  switch (leg.outcome) {
    case "ANSWERED":
      tally.answered += 1;
      tally.inTime += waitMs <= promise.serviceLevelMs ? 1 : 0;
      tally.waits.push(waitMs);
      tally.talkMs += durationOf(leg.answered_at!, leg.talked_until!);
      break;
    case "ABANDONED":
      tally.abandoned += 1;
      tally.short += waitMs <= promise.shortAbandonMs ? 1 : 0;
      break;
    case "OVERFLOWED":
      tally.overflowed += 1;
  }
}

export const isWithin = (at: Date, { from, to }: Window): boolean => at >= from && at < to;

/** Stamps without milliseconds may stand before what came before them. */
export const durationOf = (from: Date, to: Date): number => Math.max(0, to.getTime() - from.getTime());

export function numbersOf({ inTime, waits, talkMs, ...counts }: Tally): QueueNumbers {
  const judged = counts.answered + counts.abandoned - counts.short;
  return {
    ...counts,
    service_level: judged > 0 ? inTime / judged : null,
    mean_wait_ms: mean(sum(waits), waits.length),
    p90_wait_ms: percentile90(waits),
    mean_talk_ms: mean(talkMs, waits.length),
  };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

const mean = (all: number, count: number): number | null => (count > 0 ? Math.round(all / count) : null);

const percentile90 = (values: readonly number[]): number | null =>
  values.toSorted((one, other) => one - other)[Math.ceil(0.9 * values.length) - 1] ?? null;
