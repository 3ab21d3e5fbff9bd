import type { Moment } from "../time/moment.ts";
import type { CallAgent } from "./call-agents.ts";
import { isSameWait } from "./order.ts";
import type { Presents } from "./talks.ts";

/** The end of a visit. */
export type VisitOutcome = "ANSWERED" | "ABANDONED" | "OVERFLOWED";

/**
 * A visit of a caller to a queue. It ends with the next call.waiting, an abandon, an overflow or the end of the call.
 * A stored call has its visits in `legs`, a sent one in `visits`.
 */
export type Visit = {
  /** The queue that call.waiting names, or else the one that the agent's entry names. */
  queue: string | null;
  entered_at: Date;
  /** False if the call.waiting never came: then the wait is unknown, and `entered_at` is the answer or the abandon. */
  wait_known: boolean;
  /**
   * Null while the visit is not answered. An agent who left before call.ongoing, while the caller waited on, has not
   * answered.
   */
  answered_at: Date | null;
  /** The agent who answered; null without an answer, or if call.ongoing alone showed the answer. */
  answered_by: string | null;
  /** The agent who entered last. */
  agent: string | null;
  /** The end of the talk: the last agent left, or the visit ended. Null while the talk is open, or without a talk. */
  talked_until: Date | null;
  ended_at: Date | null;
  /** Null while the visit is open. */
  outcome: VisitOutcome | null;
};

/** If a call has more visits, the latest are kept. No caller is transferred a hundred times. */
export const MAX_VISITS = 100;

type Answer = Pick<Visit, "answered_at" | "answered_by" | "agent" | "talked_until">;
/** `answerer` is the key of the agent who answered; null without an answer, or if no event named the agent. */
type GivenAnswer = { answer: Answer; answerer: string | null };

/** The visits of a call while it is folded; at most the last one is open. */
export type Visits = {
  all: Visit[];
  open: {
    visit: Visit;
    /** True if a transfer opened the visit and no agent has entered yet. */
    handedOver: boolean;
    /** True after call.ongoing: the answer cannot be taken back. */
    confirmed: boolean;
    /** The answer of an agent who left before call.ongoing. It counts if a transfer or the end of the call follows. */
    lapsed: GivenAnswer | null;
    /** The key of the agent who answered. */
    answerer: string | null;
    /** The keys of the agents who have entered the visit. */
    entered: Set<string | null>;
  } | null;
};

export const beginVisits = (): Visits => ({ all: [], open: null });

/** Applies a call.waiting. Returns false if it continues the same wait. */
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

/** Applies the entry of an agent. Returns true if the agent takes the call over from the earlier agents. */
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

/** Applies a call.ongoing. It answers a visit that no agent has answered. */
export function confirmAnswer(visits: Visits, at: Date): void {
  const { open } = visits;
  if (!open) return;
  open.visit.answered_at ??= at;
  open.confirmed = true;
  open.lapsed = null;
}

/** Updates the visit after agents have left. `presents` are the agents who are still on the call. */
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

/** Returns the answer of the agents who are still on the call. */
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

/** Applies a ring or its end. Either shows that the caller still waits if an agent left before call.ongoing. */
export function ringVisit({ open }: Visits): void {
  if (open) open.lapsed = null;
}

export function overflowVisit(visits: Visits, at: Date): void {
  endVisit(visits, { at, unanswered: "OVERFLOWED", lapsedStands: false });
}

/** Applies a call.queue-abandon. `lastQueue` is the last queue that any event of the call named. */
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

/** Ends the last visit with the call. */
export const endLastVisit = (visits: Visits, at: Date): void => {
  endVisit(visits, { at, unanswered: "ABANDONED", lapsedStands: true });
};

/** Ends the open visit and returns its outcome. Null if no visit is open. */
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

/** Returns the visit that has not ended; null if there is none. */
export function openVisitOf<V extends { ended_at: Moment | null }>(visits: readonly V[]): V | null {
  const last = visits.at(-1);
  return last && !last.ended_at ? last : null;
}
