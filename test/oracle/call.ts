import { type Named, nameOf, type Step } from "./events.ts";
import { orderOfCall } from "./order.ts";
import { type SameAgent, sameAgentIn } from "./same-agent.ts";

export type CountedAs = "inbound" | "outbound" | "internal";
export type CallState = "NEW" | "STANDBY" | "WAITING" | "ONGOING" | "FINISHED";
export type Outcome = "ANSWERED" | "ABANDONED" | "OVERFLOWED";

/** One entry into a queue until it ends. All moments are ms since the epoch. */
export type Visit = {
  queue: string | null;
  entered_at: number;
  wait_known: boolean;
  answered_at: number | null;
  agent: string | null;
  talked_until: number | null;
  ended_at: number | null;
  outcome: Outcome | null;
};

/** An agent on a call, from the entering to the end. */
export type Talk = { agent: string; step: Step; entered_at: number; ended_at: number | null };

/** A ring at an agent; `ended_at` is null while nothing ended it. */
export type Ring = { step: Step; began_at: number; ended_at: number | null };

export type Call = {
  call_id: string;
  counted_as: CountedAs;
  state: CallState;
  began_at: number;
  finished_at: number | null;
  answered_at: number | null;
  waiting_since: number | null;
  abandoned: boolean;
  actor: string | null;
  their_number: string | null;
  /** The queue of the last event that has one. */
  last_queue: string | null;
  first_ongoing_at: number | null;
  /** The largest of the first receptions. */
  last_received_at: number;
  visits: Visit[];
  talks: Talk[];
  rings: Ring[];
  /** The steps up to the end of the call, in order. */
  steps: Step[];
};

/** The answer that was taken back, until it is known how the visit goes on. */
type Pending = { answered_at: number; answered_by: Named };

/** A visit while the call is played. */
type OpenVisit = Visit & {
  answered_by: Named | null;
  pending: Pending | null;
  /** The steps by which agents entered it, in order. */
  entries: Step[];
  byTransfer: boolean;
  sawOngoing: boolean;
  /** The last moment at which the last agent left the answered visit. */
  emptied_at: number | null;
};

type Play = {
  steps: readonly Step[];
  sameAgent: SameAgent;
  state: CallState;
  finished_at: number | null;
  visits: OpenVisit[];
  talks: Talk[];
  /** The talks of the agents who are on the call; who entered last is the last. */
  onCall: Talk[];
  rings: Ring[];
  /** The moments of entered and ongoing while no visit was open. */
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
const OPEN_AGAIN = ["call.standby", "call.waiting", "actor.entered", "call.ongoing"];

/** What one call is, from all steps of that call in any order. */
export function playCall(call_id: string, unordered: readonly Step[]): Call {
  const all = orderOfCall(unordered);
  const end = all.findIndex(({ type }) => type === "call.finished");
  const steps = end < 0 ? all : all.slice(0, end + 1);
  const play = start(steps);
  steps.forEach((step, n) => {
    playStep(play, step, n);
  });
  const fields = fieldsOf(all);
  const abandoned = fields.counted_as === "inbound" && play.visits.at(-1)?.outcome === "ABANDONED";
  return { call_id, ...describe(play), ...fields, abandoned, steps };
}

const start = (steps: readonly Step[]): Play => ({
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

function playStep(play: Play, step: Step, n: number): void {
  if (step.type === "call.standby") play.state = "STANDBY";
  else if (step.type === "call.waiting") wait(play, step);
  else if (step.type === "actor.ringing") ring(play, step);
  else if (step.type === "actor.noanswer") noAnswer(play, step);
  else if (step.type === "actor.entered") enter(play, step);
  else if (step.type === "call.ongoing") goOn(play, step);
  else if (step.type === "actor.left") leave(play, step);
  else if (step.type === "call.overflow") overflow(play, step);
  else if (step.type === "call.queue-abandon") abandon(play, step, n);
  else if (step.type === "call.recording-available") recordingIsReady(play, n);
  else if (step.type === "call.finished") finish(play, step);
}

function openVisit({ visits }: Play): OpenVisit | null {
  const last = visits.at(-1);
  return last && last.ended_at === null ? last : null;
}

const newVisit = (queue: string | null, at: number, more: Partial<OpenVisit> = {}): OpenVisit => ({
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

/** A repeated `call.waiting` changes nothing, except that it may name the queue. */
function isSameWait(open: OpenVisit, queue: string | null): boolean {
  if (open.answered_at !== null || open.pending) return false;
  return queue === null || open.queue === null || queue === open.queue;
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

function answer(open: OpenVisit, at: number, by: Named | null): void {
  open.answered_at = at;
  open.answered_by = by;
  open.emptied_at = null;
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
  for (const talk of play.onCall) talk.ended_at = at;
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
  for (const talk of leavers) talk.ended_at = step.at;
  play.onCall = play.onCall.filter((talk) => !leavers.includes(talk));
  const open = openVisit(play);
  if (!open || open.answered_at === null) return;
  if (play.onCall.length === 0) open.emptied_at = step.at;
  const { answered_by } = open;
  const answererLeft = answered_by && leavers.some((talk) => play.sameAgent(talk.step, answered_by));
  if (answererLeft && !open.sawOngoing) doubtAnswer(play, open);
}

/** A left that names nobody is of everyone on the call. */
function leaversOf({ onCall, sameAgent }: Play, step: Step): Talk[] {
  if (nameOf(step) === null) return [...onCall];
  const leaver = onCall.findLast((talk) => sameAgent(talk.step, step));
  return leaver ? [leaver] : [];
}

/** The answerer left before a `call.ongoing`: the next agent of the visit is shown as the answerer, or the caller waits. */
function doubtAnswer(play: Play, open: OpenVisit): void {
  open.pending ??= { answered_at: open.answered_at!, answered_by: open.answered_by! };
  const next = play.onCall.find((talk) => open.entries.some((entry) => play.sameAgent(entry, talk.step)));
  open.answered_at = next ? next.entered_at : null;
  open.answered_by = next ? next.step : null;
}

/** A transfer or the end of the call came next, or the same agent entered again. */
function letAnswerStand(open: OpenVisit): void {
  if (!open.pending) return;
  open.answered_at = open.pending.answered_at;
  open.answered_by = open.pending.answered_by;
  open.pending = null;
}

/** The visit goes on: the first answer was none. */
function takeAnswerBack(open: OpenVisit | null): void {
  if (!open?.pending) return;
  open.pending = null;
  if (open.answered_at === null) open.entries = [];
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
  if (play.state === "FINISHED" || opensAgainAfter(play, n)) return;
  endTalks(play, step.at);
  play.state = "FINISHED";
  play.finished_at = step.at;
}

function abandonVisit(play: Play, { at, queue }: Step, n: number): void {
  const open = openVisit(play);
  takeAnswerBack(open);
  const isOfNewQueue = queue !== null && !play.visits.some((visit) => visit.queue === queue);
  if (open) close(play, open, at, isOfNewQueue ? "OVERFLOWED" : "ABANDONED");
  if (!isOfNewQueue && play.visits.length > 0) return;
  const before = play.steps.slice(0, n).findLast((each) => each.queue !== null);
  const visit = newVisit(queue ?? before?.queue ?? null, at, { wait_known: false });
  play.visits.push(visit);
  close(play, visit, at, "ABANDONED");
}

const opensAgainAfter = ({ steps }: Play, n: number): boolean =>
  steps.slice(n + 1).some(({ type }) => OPEN_AGAIN.includes(type));

/** A recording ends a call that was answered, has no agent on it and no visit that waits. */
function recordingIsReady(play: Play, n: number): void {
  const open = openVisit(play);
  const wasAnswered =
    play.answersOutside.length > 0 || play.visits.some(({ answered_at }) => answered_at !== null);
  const waits = open !== null && open.answered_at === null;
  if (!wasAnswered || waits || play.onCall.length > 0) return;
  if (play.state === "FINISHED" || opensAgainAfter(play, n)) return;
  const last = play.steps.slice(0, n).findLast(({ type }) => LIFE_CYCLE.includes(type))!;
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

/** An answered visit ends as answered, whatever ends it. */
function close(play: Play, open: OpenVisit, at: number, unanswered: "ABANDONED" | "OVERFLOWED"): void {
  open.ended_at = at;
  open.outcome = open.answered_at === null ? unanswered : "ANSWERED";
  if (open.answered_at !== null) open.talked_until = emptySince(play, open) ?? at;
}

const emptySince = ({ onCall }: Play, open: OpenVisit): number | null =>
  onCall.length === 0 ? open.emptied_at : null;

function describe(play: Play) {
  const { state, finished_at, onCall, first_ongoing_at, talks, rings } = play;
  const open = openVisit(play);
  if (open && open.answered_at !== null) open.talked_until = emptySince(play, open);
  const answers = [...play.visits.map(({ answered_at }) => answered_at), ...play.answersOutside];
  return {
    state,
    finished_at,
    answered_at: earliest(answers),
    waiting_since: waitingSince(play),
    actor: onCall.at(-1)?.agent ?? null,
    first_ongoing_at,
    visits: play.visits.map(visitOf),
    talks,
    rings,
  };
}

/** Without an open visit, a call in state WAITING still waits: it has overflowed. */
function waitingSince(play: Play): number | null {
  const open = openVisit(play);
  if (open) return open.answered_at === null ? open.entered_at : null;
  const last = play.visits.at(-1);
  return play.state === "WAITING" && last?.outcome === "OVERFLOWED" && play.onCall.length === 0
    ? last.entered_at
    : null;
}

function visitOf(visit: OpenVisit): Visit {
  const { queue, entered_at, wait_known, answered_at, talked_until, ended_at, outcome } = visit;
  const last = visit.entries.at(-1);
  const agent = answered_at !== null && last ? nameOf(last) : null;
  return { queue, entered_at, wait_known, answered_at, agent, talked_until, ended_at, outcome };
}

export function earliest(moments: readonly (number | null)[]): number | null {
  const known = moments.filter((each) => each !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** The fields that are read from all steps, also from those after the end. */
function fieldsOf(all: readonly Step[]) {
  return {
    counted_as: countedAs(all),
    began_at: Math.min(...all.map(({ at }) => at)),
    their_number: all.findLast(({ their_number }) => their_number !== null)?.their_number ?? null,
    last_queue: all.findLast(({ queue }) => queue !== null)?.queue ?? null,
    last_received_at: Math.max(...all.map(({ last_received }) => last_received)),
  };
}

function countedAs(all: readonly Step[]): CountedAs {
  const direction = all.findLast((step) => step.direction !== null)?.direction?.toLowerCase();
  if (direction === "inbound" || direction === "outbound" || direction === "internal") return direction;
  return all.some(({ type }) => type === "dialer.success") ? "outbound" : "inbound";
}
