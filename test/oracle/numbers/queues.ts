import { type Call, type CountedAs, earliest } from "../call.ts";
import type { Visit } from "../visit.ts";
import { mean, p90 } from "./mean.ts";
import { isIn, type Window } from "./window.ts";

export type Promised = { serviceLevelMs: number; shortAbandonMs: number };
export type PromiseOf = (queue: string | null) => Promised;

/** The numbers of outbound or of internal calls. */
export type Placed = { placed: number; connected: number; dropped: number; mean_talk_ms: number | null };

export type QueueNumbers = {
  waiting: number;
  waiting_since: number | null;
  offered: number;
  answered: number;
  abandoned: number;
  short: number;
  overflowed: number;
  /** From 0 to 1; null without a visit that counts. */
  service_level: number | null;
  mean_wait_ms: number | null;
  p90_wait_ms: number | null;
  mean_talk_ms: number | null;
  outbound: Placed;
  internal: Placed;
};

type Question = {
  calls: readonly Call[];
  isLost: (call: Call) => boolean;
  window: Window;
  promiseOf: PromiseOf;
};

export function countQueues(question: Question): {
  queues: Map<string | null, QueueNumbers>;
  total: QueueNumbers;
} {
  const names = new Set<string | null>();
  for (const call of question.calls) {
    for (const { queue } of call.visits) names.add(queue);
    if (call.counted_as !== "inbound") names.add(queueOfCall(call));
  }
  const queues = new Map<string | null, QueueNumbers>();
  for (const name of names)
    queues.set(
      name,
      count(question, (queue) => queue === name),
    );
  return { queues, total: count(question, () => true) };
}

type OfQueue = (queue: string | null) => boolean;

function count(question: Question, isOfQueue: OfQueue): QueueNumbers {
  const { calls, isLost, window } = question;
  const inbound = calls.filter(({ counted_as }) => counted_as === "inbound");
  const visitsOf = (some: readonly Call[]) =>
    some.flatMap(({ visits }) => visits).filter(({ queue }) => isOfQueue(queue));
  const visits = visitsOf(inbound);
  const waiting = visitsOf(inbound.filter((call) => !isLost(call))).filter(isWaiting);
  return {
    waiting: waiting.length,
    waiting_since: earliest(waiting.map(({ entered_at }) => entered_at)),
    offered: visits.filter(({ entered_at }) => isIn(window, entered_at)).length,
    ...countEnds(visits, question),
    outbound: countPlaced("outbound", question, isOfQueue),
    internal: countPlaced("internal", question, isOfQueue),
  };
}

const isWaiting = ({ answered_at, ended_at }: Visit): boolean => answered_at === null && ended_at === null;

const waitOf = ({ entered_at, answered_at }: Visit): number => Math.max(0, answered_at! - entered_at);

function countEnds(visits: readonly Visit[], { window, promiseOf }: Question) {
  const answered = visits.filter(({ answered_at }) => isIn(window, answered_at));
  const known = answered.filter(({ wait_known }) => wait_known);
  const inTime = known.filter((visit) => waitOf(visit) <= promiseOf(visit.queue).serviceLevelMs);
  const ended = visits.filter(({ ended_at }) => isIn(window, ended_at));
  const abandoned = ended.filter(({ outcome }) => outcome === "ABANDONED");
  const short = abandoned.filter((visit) => isShort(visit, promiseOf));
  const talked = visits.filter(({ talked_until }) => isIn(window, talked_until));
  const inLevel = known.length + abandoned.length - short.length;
  return {
    answered: answered.length,
    abandoned: abandoned.length,
    short: short.length,
    overflowed: ended.filter(({ outcome }) => outcome === "OVERFLOWED").length,
    service_level: inLevel === 0 ? null : inTime.length / inLevel,
    mean_wait_ms: mean(known.map(waitOf)),
    p90_wait_ms: p90(known.map(waitOf)),
    mean_talk_ms: mean(
      talked.map(({ answered_at, talked_until }) => Math.max(0, talked_until! - answered_at!)),
    ),
  };
}

/** Returns whether an abandon was short. One with an unknown wait never is. */
export function isShort({ wait_known, queue, entered_at, ended_at }: Visit, promiseOf: PromiseOf): boolean {
  return wait_known && ended_at !== null && ended_at - entered_at <= promiseOf(queue).shortAbandonMs;
}

function countPlaced(direction: CountedAs, { calls, window }: Question, isOfQueue: OfQueue): Placed {
  const all = calls.filter(({ counted_as }) => counted_as === direction);
  const ofQueue = all.filter((call) => isOfQueue(queueOfCall(call)));
  const dropped = all
    .flatMap(({ visits }) => visits)
    .filter(({ queue, outcome, ended_at }) => {
      return queue !== null && isOfQueue(queue) && outcome === "ABANDONED" && isIn(window, ended_at);
    });
  const talked = ofQueue.filter((call) => isIn(window, endOfTalk(call)));
  return {
    placed: ofQueue.filter(({ began_at }) => isIn(window, began_at)).length,
    connected: ofQueue.filter(({ first_ongoing_at }) => isIn(window, first_ongoing_at)).length,
    dropped: dropped.length,
    mean_talk_ms: mean(talked.map((call) => Math.max(0, endOfTalk(call)! - call.first_ongoing_at!))),
  };
}

/** Returns the queue of the first visit, else the queue that the call named last. */
const queueOfCall = ({ visits, last_queue }: Call): string | null => visits[0]?.queue ?? last_queue;

/** Returns when the last agent left, else the end of the call; null if the talk is not over or never began. */
function endOfTalk({ first_ongoing_at, talks, finished_at }: Call): number | null {
  if (first_ongoing_at === null) return null;
  if (talks.some(({ ended_at }) => ended_at === null)) return null;
  const ends = talks.map(({ ended_at }) => ended_at!).filter((at) => at >= first_ongoing_at);
  return ends.length > 0 ? Math.max(...ends) : finished_at;
}
