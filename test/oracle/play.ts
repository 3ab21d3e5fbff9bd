import { nameOf, type Step } from "./events.ts";
import { type SameAgent, sameAgentIn } from "./same-agent.ts";
import { answer, isSameWait, letAnswerStand, newVisit, type OpenVisit, takeAnswerBack } from "./visit.ts";

export type CallState = "NEW" | "STANDBY" | "WAITING" | "ONGOING" | "FINISHED";

/** The time of an agent on a call, from entering it to the end. */
export type Talk = { agent: string; step: Step; entered_at: number; ended_at: number | null };

/** A ring at an agent; `ended_at` is null until an event ends it. */
export type Ring = { step: Step; began_at: number; ended_at: number | null };

/** A call while its steps are played. */
export type Play = {
  steps: readonly Step[];
  sameAgent: SameAgent;
  state: CallState;
  finished_at: number | null;
  visits: OpenVisit[];
  talks: Talk[];
  /** The talks of the agents who are on the call. The agent who entered last comes last. */
  onCall: Talk[];
  rings: Ring[];
  /** The moments of `actor.entered` and `call.ongoing` events while no visit was open. */
  answersOutside: number[];
  first_ongoing_at: number | null;
};

const LIFE_CYCLE = [
  "call.new",
  "call.standby",
  "call.waiting",
  "actor.entered",
  "call.ongoing",
  "actor.left",
  "call.finished",
];
/** Types of events that continue a call: an abandon or a recording before one of them does not end it. */
const GOES_ON = ["call.standby", "call.waiting", "actor.entered", "call.ongoing", "call.finished"];

export const start = (steps: readonly Step[]): Play => ({
  steps,
  sameAgent: sameAgentIn(steps),
  state: "NEW",
  finished_at: null,
  visits: [],
  talks: [],
  onCall: [],
  rings: [],
  answersOutside: [],
  first_ongoing_at: null,
});

export function playStep(play: Play, step: Step, n: number): void {
  if (step.type === "call.standby") play.state = "STANDBY";
  else if (step.type === "call.waiting") wait(play, step);
  else if (step.type === "actor.ringing") ring(play, step);
  else if (step.type === "actor.noanswer") noAnswer(play, step);
  else if (step.type === "actor.entered") enter(play, step);
  else if (step.type === "call.ongoing") goOn(play, step);
  else if (step.type === "actor.left") leave(play, step);
  else if (step.type === "call.overflow") overflow(play, step);
  else if (step.type === "call.queue-abandon") abandon(play, step, n);
  else if (step.type === "call.finished") finish(play, step);
}

export function openVisit({ visits }: Play): OpenVisit | null {
  const last = visits.at(-1);
  return last && last.ended_at === null ? last : null;
}

function wait(play: Play, { at, queue }: Step): void {
  play.state = "WAITING";
  const open = openVisit(play);
  if (open && isSameWait(open, queue)) {
    open.queue ??= queue;
    return;
  }
  let byTransfer = false;
  if (open) {
    letAnswerStand(open);
    byTransfer = open.answered_at !== null;
    close(play, open, at, "OVERFLOWED");
  }
  endRings(play, at);
  play.visits.push(newVisit(queue, at, { byTransfer }));
}

function ring(play: Play, step: Step): void {
  takeAnswerBack(openVisit(play));
  for (const each of play.rings)
    if (each.ended_at === null && play.sameAgent(each.step, step)) each.ended_at = step.at;
  play.rings.push({ step, began_at: step.at, ended_at: null });
}

function noAnswer(play: Play, step: Step): void {
  takeAnswerBack(openVisit(play));
  for (const each of play.rings)
    if (each.ended_at === null && play.sameAgent(each.step, step)) each.ended_at = step.at;
}

function endRings({ rings }: Play, at: number): void {
  for (const each of rings) each.ended_at ??= at;
}

function enter(play: Play, step: Step): void {
  const { at, queue } = step;
  endRings(play, at);
  let open = openVisit(play);
  if (open?.pending) {
    if (play.sameAgent(open.pending.answered_by, step)) letAnswerStand(open);
    else takeAnswerBack(open);
  }
  if (!open && queue !== null) {
    open = newVisit(queue, at, { wait_known: false });
    play.visits.push(open);
  }
  if (open) enterVisit(play, open, step);
  else play.answersOutside.push(at);
  goOnCall(play, step);
}

function enterVisit(play: Play, open: OpenVisit, step: Step): void {
  const { at, queue } = step;
  const isOfOtherQueue = open.queue !== null && queue !== null && queue !== open.queue;
  const isFirstAfterTransfer = open.byTransfer && open.entries.length === 0;
  if (isOfOtherQueue || isFirstAfterTransfer) endTalks(play, at);
  open.queue ??= queue;
  open.entries.push(step);
  if (open.answered_at === null) answer(open, at, step);
}

function goOnCall(play: Play, step: Step): void {
  const agent = nameOf(step);
  if (agent === null) return;
  const known = play.onCall.find((talk) => play.sameAgent(talk.step, step));
  if (known) {
    play.onCall = [...play.onCall.filter((talk) => talk !== known), known];
    return;
  }
  const talk: Talk = { agent, step, entered_at: step.at, ended_at: null };
  play.talks.push(talk);
  play.onCall.push(talk);
}

function endTalks(play: Play, at: number): void {
  for (const talk of play.onCall) talk.ended_at = Math.max(talk.entered_at, at);
  play.onCall = [];
}

function goOn(play: Play, { at }: Step): void {
  play.state = "ONGOING";
  play.first_ongoing_at ??= at;
  endRings(play, at);
  const open = openVisit(play);
  if (!open) {
    play.answersOutside.push(at);
    return;
  }
  takeAnswerBack(open);
  open.sawOngoing = true;
  if (open.answered_at === null) answer(open, at, null);
}

function leave(play: Play, step: Step): void {
  const leavers = leaversOf(play, step);
  if (leavers.length === 0) return;
  for (const talk of leavers) talk.ended_at = Math.max(talk.entered_at, step.at);
  play.onCall = play.onCall.filter((talk) => !leavers.includes(talk));
  const open = openVisit(play);
  if (!open || open.answered_at === null) return;
  if (play.onCall.length === 0) open.emptied_at = step.at;
  const { answered_by } = open;
  const answererLeft = answered_by && leavers.some((talk) => play.sameAgent(talk.step, answered_by));
  if (answererLeft && !open.sawOngoing) retractAnswer(play, open);
}

/** Returns the talks that an actor.left ends. One without a name ends all talks of the call. */
function leaversOf({ onCall, sameAgent }: Play, step: Step): Talk[] {
  if (nameOf(step) === null) return [...onCall];
  const leaver = onCall.findLast((talk) => sameAgent(talk.step, step));
  return leaver ? [leaver] : [];
}

/**
 * Takes back an answer before a `call.ongoing`: the next agent of the visit is shown as the answerer, or the caller
 * waits.
 */
function retractAnswer(play: Play, open: OpenVisit): void {
  open.pending ??= { answered_at: open.answered_at!, answered_by: open.answered_by! };
  const next = play.onCall.find((talk) => open.entries.some((entry) => play.sameAgent(entry, talk.step)));
  open.answered_at = next ? next.entered_at : null;
  open.answered_by = next ? next.step : null;
}

function overflow(play: Play, { at }: Step): void {
  endRings(play, at);
  const open = openVisit(play);
  takeAnswerBack(open);
  if (open) close(play, open, at, "OVERFLOWED");
}

function abandon(play: Play, step: Step, n: number): void {
  endRings(play, step.at);
  abandonVisit(play, step, n);
  if (play.state === "FINISHED" || goesOnAfter(play, n)) return;
  endTalks(play, step.at);
  play.state = "FINISHED";
  play.finished_at = step.at;
}

function abandonVisit(play: Play, { at, queue }: Step, n: number): void {
  const open = openVisit(play);
  takeAnswerBack(open);
  if (open) open.queue ??= queue;
  const isOfNewQueue = queue !== null && !play.visits.some((visit) => visit.queue === queue);
  if (open) close(play, open, at, isOfNewQueue ? "OVERFLOWED" : "ABANDONED");
  if (!isOfNewQueue && play.visits.length > 0) return;
  const before = play.steps.slice(0, n).findLast((each) => each.queue !== null);
  const visit = newVisit(queue ?? before?.queue ?? null, at, { wait_known: false });
  play.visits.push(visit);
  close(play, visit, at, "ABANDONED");
}

const goesOnAfter = ({ steps }: Play, n: number): boolean =>
  steps.slice(n + 1).some(({ type }) => GOES_ON.includes(type));

/**
 * Ends a call by its recording: a call that was answered, has no agent and no waiting visit, and is not continued by an
 * event after the recording.
 */
export function endRecorded(play: Play): void {
  const { steps, onCall } = play;
  const recorded = steps.findIndex(
    ({ type }, n) => type === "call.recording-available" && !goesOnAfter(play, n),
  );
  if (recorded < 0 || play.state === "FINISHED" || onCall.length > 0) return;
  const open = openVisit(play);
  // a recording exists only of a call that is over, so an unconfirmed answer is kept
  if (open?.pending) letAnswerStand(open);
  const wasAnswered =
    play.answersOutside.length > 0 || play.visits.some(({ answered_at }) => answered_at !== null);
  const waits = open !== null && open.answered_at === null;
  if (!wasAnswered || waits) return;
  const last = steps.findLast(({ type }) => LIFE_CYCLE.includes(type))!;
  if (open) close(play, open, last.at, "ABANDONED");
  endRings(play, last.at);
  play.state = "FINISHED";
  play.finished_at = last.at;
}

function finish(play: Play, { at }: Step): void {
  const open = openVisit(play);
  if (open) {
    letAnswerStand(open);
    close(play, open, at, "ABANDONED");
  }
  endRings(play, at);
  endTalks(play, at);
  play.state = "FINISHED";
  play.finished_at = at;
}

/** Ends a visit. An answered visit ends as answered, whichever event ends it. */
function close(play: Play, open: OpenVisit, at: number, unanswered: "ABANDONED" | "OVERFLOWED"): void {
  open.ended_at = at;
  open.outcome = open.answered_at === null ? unanswered : "ANSWERED";
  if (open.answered_at !== null) open.talked_until = emptySince(play, open) ?? at;
}

export const emptySince = ({ onCall }: Play, open: OpenVisit): number | null =>
  onCall.length === 0 ? open.emptied_at : null;
