import { type Named, nameOf, type Step } from "./events.ts";

export type VisitOutcome = "ANSWERED" | "ABANDONED" | "OVERFLOWED";

/** The stay of a caller in a queue, from the entry to the end. All moments are ms since the epoch. */
export type Visit = {
  queue: string | null;
  entered_at: number;
  wait_known: boolean;
  answered_at: number | null;
  agent: string | null;
  talked_until: number | null;
  ended_at: number | null;
  outcome: VisitOutcome | null;
};

/** An answer that was taken back, kept until the next event decides whether it counts. */
type Pending = { answered_at: number; answered_by: Named };

/** A visit while the call is played. */
export type OpenVisit = Visit & {
  answered_by: Named | null;
  pending: Pending | null;
  /** The steps by which agents entered it, in order. */
  entries: Step[];
  byTransfer: boolean;
  sawOngoing: boolean;
  /** The last moment at which the last agent left the answered visit. */
  emptied_at: number | null;
};

export const newVisit = (queue: string | null, at: number, more: Partial<OpenVisit> = {}): OpenVisit => ({
  queue,
  entered_at: at,
  wait_known: true,
  answered_at: null,
  agent: null,
  talked_until: null,
  ended_at: null,
  outcome: null,
  answered_by: null,
  pending: null,
  entries: [],
  byTransfer: false,
  sawOngoing: false,
  emptied_at: null,
  ...more,
});

/**
 * Returns whether a `call.waiting` repeats the open visit. A repetition changes nothing, except that it may name the
 * queue.
 */
export function isSameWait(open: OpenVisit, queue: string | null): boolean {
  if (open.answered_at !== null || open.pending) return false;
  return queue === null || open.queue === null || queue === open.queue;
}

export function answer(open: OpenVisit, at: number, by: Named | null): void {
  open.answered_at = at;
  open.answered_by = by;
  open.emptied_at = null;
}

/**
 * Restores an answer that was taken back: a transfer or the end of the call came next, or the same agent entered again.
 */
export function letAnswerStand(open: OpenVisit): void {
  if (!open.pending) return;
  open.answered_at = open.pending.answered_at;
  open.answered_by = open.pending.answered_by;
  open.pending = null;
}

/** Drops an answer that was taken back, because the visit continues without it. */
export function takeAnswerBack(open: OpenVisit | null): void {
  if (!open?.pending) return;
  open.pending = null;
  if (open.answered_at === null) open.entries = [];
}

export function visitOf(visit: OpenVisit): Visit {
  const { queue, entered_at, wait_known, answered_at, talked_until, ended_at, outcome } = visit;
  const last = visit.entries.at(-1);
  const agent = answered_at !== null && last ? nameOf(last) : null;
  return { queue, entered_at, wait_known, answered_at, agent, talked_until, ended_at, outcome };
}
