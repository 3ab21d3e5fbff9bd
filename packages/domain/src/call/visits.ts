import type { Moment } from "../time/moment.ts";
import type { CallAgent } from "./call-agents.ts";
import { isSameWait } from "./order.ts";
import type { Presents } from "./talks.ts";

/** How a visit ended. */
export type VisitOutcome = "ANSWERED" | "ABANDONED" | "OVERFLOWED";

/**
 * A call's entry into a queue, until it ends: by the next call.waiting, an abandon, an overflow or the end of the call. The socket calls
 * it a leg.
 */
export type Visit = {
  /** As its call.waiting names it, else the agent who entered. */
  queue: string | null;
  entered_at: Date;
  /** False if its call.waiting never came: the wait is unknown, `entered_at` is the answer or the abandon. */
  wait_known: boolean;
  /** Null while it is not answered. An agent who left before call.ongoing, while the caller waited on, has not answered. */
  answered_at: Date | null;
  /** The agent who answered; null if there was none, and if call.ongoing alone said so. */
  answered_by: string | null;
  /** The agent who entered last. */
  agent: string | null;
  /** The end of the talk: the last agent left, or the visit ended. Null while it goes on, and if there was none. */
  talked_until: Date | null;
  ended_at: Date | null;
  /** Null while the visit is open. */
  outcome: VisitOutcome | null;
};

/** Of a call with more visits the latest are kept: no caller is transferred a hundred times. */
export const MAX_VISITS = 100;

type Answer = Pick<Visit, "answered_at" | "answered_by" | "agent" | "talked_until">;
/** `answerer`: the key of the agent who gave it; null if there was none, and if an event named none. */
type GivenAnswer = { answer: Answer; answerer: string | null };

/** The visits of a call while it is folded; at most the last one is open. */
export type Visits = {
  all: Visit[];
  open: {
    visit: Visit;
    /** A transfer opened it, and no agent has entered yet. */
    handedOver: boolean;
    /** call.ongoing has come: the answer stands. */
    confirmed: boolean;
    /** The answer of an agent who left before call.ongoing. It stands if a transfer or the end of the call comes next. */
    lapsed: GivenAnswer | null;
    /** The key of the agent who answered. */
    answerer: string | null;
    /** The keys of the agents who have entered it. */
    entered: Set<string | null>;
  } | null;
};

export const beginVisits = (): Visits => ({ all: [], open: null });

/** A call.waiting. False if it is the same wait as before. */
export function enterQueue(visits: Visits, queue: string | null, at: Date): boolean {
  const { open } = visits;
  if (open && !open.lapsed && !open.visit.answered_at && isSameWait(open.visit.queue, queue)) {
    open.visit.queue ??= queue;
    return false;
  }
  const transferred = endVisit(visits, { at, unanswered: "OVERFLOWED", lapsedStands: true }) === "ANSWERED";
  openVisit(visits, { queue, at, waitKnown: true, handedOver: transferred });
  return true;
}

/** An agent enters. True if they take the call over from the agents before them. */
export function enterAgent(
  visits: Visits,
  { agent, queue, at }: { agent: CallAgent | null; queue: string | null; at: Date },
): boolean {
  const open = visits.open ?? (queue === null ? null : openVisit(visits, { queue, at, waitKnown: false }));
  if (!open) return false;
  const { visit } = open;
  const name = agent?.name ?? null;
  if (open.lapsed && open.lapsed.answerer === agent?.key) restoreAnswer(open, open.lapsed);
  open.lapsed = null;
  open.entered.add(agent?.key ?? null);
  const takesOver = open.handedOver || (queue !== null && visit.queue !== null && queue !== visit.queue);
  open.handedOver = false;
  visit.queue ??= queue;
  if (!visit.answered_at) {
    Object.assign(visit, { answered_at: at, answered_by: name });
    open.answerer = agent?.key ?? null;
  }
  visit.agent = name ?? visit.agent;
  visit.talked_until = null;
  return takesOver;
}

/** A call.ongoing: it answers a visit that no agent has answered. */
export function confirmAnswer(visits: Visits, at: Date): void {
  const { open } = visits;
  if (!open) return;
  open.visit.answered_at ??= at;
  open.confirmed = true;
  open.lapsed = null;
}

/** Agents left; `presents` are those who are still on the call. */
export function leaveVisit(
  visits: Visits,
  { leaving, presents, at }: { leaving: Presents; presents: Presents; at: Date },
): void {
  const { open } = visits;
  if (!open?.visit.answered_at) return;
  const { visit } = open;
  const left = presents.length === 0 ? at : null;
  if (open.confirmed || !leaving.some(({ agent }) => (agent?.key ?? null) === open.answerer)) {
    visit.talked_until = left;
    return;
  }
  const { answered_at, answered_by, agent } = visit;
  open.lapsed ??= {
    answer: { answered_at, answered_by, agent, talked_until: null },
    answerer: open.answerer,
  };
  open.lapsed.answer.talked_until = left;
  restoreAnswer(open, answerOf(presents, open));
}

function restoreAnswer(open: NonNullable<Visits["open"]>, { answer, answerer }: GivenAnswer): void {
  Object.assign(open.visit, answer);
  open.answerer = answerer;
}

/** The answer that the agents who are still there have given. */
function answerOf(presents: Presents, { visit, entered }: NonNullable<Visits["open"]>): GivenAnswer {
  const first = presents.find(({ agent }) => entered.has(agent?.key ?? null));
  const answer: Answer = {
    answered_at: first?.entered_at ?? null,
    answered_by: first?.agent?.name ?? null,
    agent: first ? visit.agent : null,
    talked_until: null,
  };
  return { answer, answerer: first?.agent?.key ?? null };
}

/** A ring, or the end of one: if an agent left before call.ongoing, the caller still waits. */
export function ringVisit({ open }: Visits): void {
  if (open) open.lapsed = null;
}

export function overflowVisit(visits: Visits, at: Date): void {
  endVisit(visits, { at, unanswered: "OVERFLOWED", lapsedStands: false });
}

/** A call.queue-abandon. `lastQueue`: the last queue that any event of the call named. */
export function abandonVisit(
  visits: Visits,
  { queue, lastQueue, at }: { queue: string | null; lastQueue: string | null; at: Date },
): void {
  const { all, open } = visits;
  const isNew = queue !== null && !all.some((visit) => visit.queue === queue);
  if (open && isNew && open.visit.queue !== null) {
    // the call.waiting of the second queue was lost
    overflowVisit(visits, at);
    openVisit(visits, { queue, at, waitKnown: false });
  } else if (open) open.visit.queue ??= queue;
  else if (isNew || all.length === 0) openVisit(visits, { queue: queue ?? lastQueue, at, waitKnown: false });
  endVisit(visits, { at, unanswered: "ABANDONED", lapsedStands: false });
}

/** The end of the call. */
export const endLastVisit = (visits: Visits, at: Date): void => {
  endVisit(visits, { at, unanswered: "ABANDONED", lapsedStands: true });
};

/** Null if no visit is open. */
function endVisit(
  visits: Visits,
  { at, unanswered, lapsedStands }: { at: Date; unanswered: VisitOutcome; lapsedStands: boolean },
): VisitOutcome | null {
  const { open } = visits;
  if (!open) return null;
  const { visit, lapsed } = open;
  if (lapsed && lapsedStands) restoreAnswer(open, lapsed);
  visit.ended_at = at;
  visit.outcome = visit.answered_at ? "ANSWERED" : unanswered;
  if (visit.answered_at) visit.talked_until ??= at;
  visits.open = null;
  return visit.outcome;
}

function openVisit(
  visits: Visits,
  { queue, at, waitKnown, handedOver = false }: Begin,
): NonNullable<Visits["open"]> {
  const visit: Visit = {
    queue,
    entered_at: at,
    wait_known: waitKnown,
    answered_at: null,
    answered_by: null,
    agent: null,
    talked_until: null,
    ended_at: null,
    outcome: null,
  };
  visits.all.push(visit);
  if (visits.all.length > MAX_VISITS) visits.all.shift();
  visits.open = { visit, handedOver, confirmed: false, lapsed: null, answerer: null, entered: new Set() };
  return visits.open;
}

type Begin = { queue: string | null; at: Date; waitKnown: boolean; handedOver?: boolean };

/** The visit that has not ended, if there is one. */
export function openVisitOf<V extends { ended_at: Moment | null }>(visits: readonly V[]): V | null {
  const last = visits.at(-1);
  return last && !last.ended_at ? last : null;
}
