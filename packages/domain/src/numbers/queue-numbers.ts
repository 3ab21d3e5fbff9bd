import type { FoldedCall } from "../call/folded-call.ts";
import { isPresumedLost } from "../call/presumed-lost.ts";
import { openVisitOf, type Visit } from "../call/visits.ts";
import type { CallState } from "../event/catalogue.ts";
import type { Timed } from "../time/moment.ts";
import { durationOf, isWithin, meanOf, type Window } from "../time/window.ts";
import { addTraffic, createTraffic, type Traffic, type TrafficNumbers, trafficNumbersOf } from "./traffic.ts";

/** The promises to callers of a queue. */
export type QueuePromise = {
  /** An answer within this time counts for the service level. */
  serviceLevelMs: number;
  /** An abandon within this time is short: the caller did not wait, and the queue is not at fault. */
  shortAbandonMs: number;
};

/** The promises of a queue without settings, as usual in call centres: 20 s for an answer, 5 s for a short abandon. */
export const USUAL_PROMISE: QueuePromise = { serviceLevelMs: 20_000, shortAbandonMs: 5_000 };

/** The parts of a call that queues are counted from. */
export type CountedCall = Pick<
  FoldedCall,
  | ("state" | "updated_at" | "began_at" | "connected_at" | "finished_at")
  | ("counted_as" | "queue" | "legs" | "talks")
>;

/**
 * The numbers of one queue, or of all. The fields of this level count inbound calls. Waits and talks are in ms, and
 * null if there is nothing to count.
 */
export type QueueNumbers = {
  /** Visits that are open and unanswered now. */
  waiting: number;
  /** The beginning of the oldest of them. */
  waiting_since: Date | null;
  /** Visits that began in the window. */
  offered: number;
  /** Visits that were answered in the window. */
  answered: number;
  /** Visits that ended in the window without an answer. `abandoned` includes the short ones. */
  abandoned: number;
  short: number;
  overflowed: number;
  /** The share answered in time: answered in time / (answered after a known wait + abandoned - short), from 0 to 1. */
  service_level: number | null;
  /** The waits before the answers: mean and 90th percentile (nearest rank). */
  mean_wait_ms: number | null;
  p90_wait_ms: number | null;
  /** Mean of the talks that ended in the window. */
  mean_talk_ms: number | null;
  outbound: TrafficNumbers;
  internal: TrafficNumbers;
};

/**
 * The number of inbound calls in each state now, without calls that are presumed lost. FINISHED counts only finished
 * calls that are among the given ones.
 */
export function countStates(calls: Iterable<CountedCall>, now: Date): Record<CallState, number> {
  const counts = { NEW: 0, STANDBY: 0, WAITING: 0, ONGOING: 0, FINISHED: 0 };
  for (const call of calls)
    if (call.counted_as === "inbound" && !isPresumedLost(call, now)) counts[call.state] += 1;
  return counts;
}

/**
 * The numbers of all queues together and of each queue. Visits and calls without a queue count under null. Pure: the
 * same calls give the same numbers in any order.
 */
export function countQueues(
  calls: Iterable<CountedCall>,
  asked: { window: Window; now: Date; promiseOf: (queue: string | null) => QueuePromise },
): { total: QueueNumbers; queues: Map<string | null, QueueNumbers> } {
  const { window, now, promiseOf } = asked;
  const total = createTally();
  const tallies = new Map<string | null, Tally>();
  const tallyOf = (queue: string | null): Tally => {
    const tally = tallies.get(queue) ?? createTally();
    tallies.set(queue, tally);
    return tally;
  };
  for (const call of calls) {
    if (call.counted_as !== "inbound") {
      addTraffic(call, window, (queue) => [total.traffic, tallyOf(queue).traffic]);
      continue;
    }
    const open = isPresumedLost(call, now) ? null : openVisitOf(call.legs);
    for (const visit of call.legs) {
      const promise = promiseOf(visit.queue);
      for (const tally of [total, tallyOf(visit.queue)]) {
        if (visit === open && !visit.answered_at) addWaiting(tally, visit);
        addVisit(tally, visit, window, promise);
      }
    }
  }
  const queues = [...tallies].map(([queue, tally]) => [queue, numbersOf(tally)] as const);
  return { total: numbersOf(total), queues: new Map(queues) };
}

/** The sums from which the numbers are computed. Each visit is added to them. */
export type Tally = Pick<
  QueueNumbers,
  "waiting" | "waiting_since" | "offered" | "answered" | "abandoned" | "short" | "overflowed"
> & { inTime: number; waits: number[]; talks: number; talkMs: number; traffic: Traffic };

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
  talks: 0,
  talkMs: 0,
  traffic: createTraffic(),
});

function addWaiting(tally: Tally, { entered_at }: Visit): void {
  tally.waiting += 1;
  if (!tally.waiting_since || entered_at < tally.waiting_since) tally.waiting_since = entered_at;
}

/** Counts the parts of a visit that fall into the window: its beginning, its answer, the end of its talk, its end. */
export function addVisit(tally: Tally, visit: Visit, window: Window, promise: QueuePromise): void {
  const { entered_at, answered_at, talked_until, ended_at } = visit;
  if (isWithin(entered_at, window)) tally.offered += 1;
  if (answered_at) {
    if (isWithin(answered_at, window)) addAnswer(tally, visit, promise);
    if (talked_until && isWithin(talked_until, window)) {
      tally.talks += 1;
      tally.talkMs += durationOf(answered_at, talked_until);
    }
  } else if (ended_at && isWithin(ended_at, window)) addUnanswered(tally, visit, promise);
}

function addAnswer(tally: Tally, visit: Visit, { serviceLevelMs }: QueuePromise): void {
  const waitedMs = waitOf(visit);
  tally.answered += 1;
  if (waitedMs === null) return;
  tally.waits.push(waitedMs);
  tally.inTime += Number(waitedMs <= serviceLevelMs);
}

function addUnanswered(tally: Tally, visit: Visit, promise: QueuePromise): void {
  if (visit.outcome === "OVERFLOWED") tally.overflowed += 1;
  else {
    tally.abandoned += 1;
    tally.short += Number(isShort(visit, promise));
  }
}

/**
 * The wait of a visit until its answer or its end, in ms. Null if its beginning is unknown, and while the caller waits.
 */
export function waitOf({ wait_known, entered_at, answered_at, ended_at }: Timed<Visit>): number | null {
  const until = answered_at ?? ended_at;
  return wait_known && until ? durationOf(entered_at, until) : null;
}

/**
 * Returns whether the caller of an abandoned visit hung up within the queue's limit for short abandons. An unknown wait
 * is never short.
 */
export function isShort(visit: Timed<Visit>, { shortAbandonMs }: QueuePromise): boolean {
  const waitedMs = waitOf(visit);
  return waitedMs !== null && waitedMs <= shortAbandonMs;
}

export function numbersOf({ inTime, waits, talks, talkMs, traffic, ...counts }: Tally): QueueNumbers {
  const judged = waits.length + counts.abandoned - counts.short;
  return {
    ...counts,
    service_level: judged > 0 ? inTime / judged : null,
    mean_wait_ms: meanOf(sum(waits), waits.length),
    p90_wait_ms: percentile90(waits),
    mean_talk_ms: meanOf(talkMs, talks),
    ...trafficNumbersOf(traffic),
  };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

const percentile90 = (values: readonly number[]): number | null =>
  values.toSorted((one, other) => one - other)[Math.ceil(0.9 * values.length) - 1] ?? null;
