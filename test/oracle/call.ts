import type { Step } from "./events.ts";
import { orderOfCall } from "./order.ts";
import {
  type CallState,
  emptySince,
  endRecorded,
  openVisit,
  type Play,
  playStep,
  type Ring,
  start,
  type Talk,
} from "./play.ts";
import { type Visit, visitOf } from "./visit.ts";

export type CountedAs = "inbound" | "outbound" | "internal";

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
  /** The latest moment at which an event of the call was received for the first time. */
  last_received_at: number;
  visits: Visit[];
  talks: Talk[];
  rings: Ring[];
  /** The steps up to the end of the call, in order. */
  steps: Step[];
};

/** Makes one call from all its steps, in any order. */
export function playCall(call_id: string, unordered: readonly Step[]): Call {
  const all = orderOfCall(unordered);
  const end = all.findIndex(({ type }) => type === "call.finished");
  const steps = end < 0 ? all : all.slice(0, end + 1);
  const play = start(steps);
  steps.forEach((step, n) => {
    playStep(play, step, n);
  });
  endRecorded(play);
  const fields = fieldsOf(all);
  const abandoned = fields.counted_as === "inbound" && play.visits.at(-1)?.outcome === "ABANDONED";
  return { call_id, ...describe(play), ...fields, abandoned, steps };
}

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

/**
 * Returns the moment from which the caller waits, or null. A call in state WAITING without an agent waits even if its
 * visit ended.
 */
function waitingSince(play: Play): number | null {
  const open = openVisit(play);
  if (open && open.answered_at === null) return open.entered_at;
  const last = play.visits.at(-1);
  return play.state === "WAITING" && last && play.onCall.length === 0 ? last.entered_at : null;
}

export function earliest(moments: readonly (number | null)[]): number | null {
  const known = moments.filter((each) => each !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Returns the fields that are read from all steps, including those after the end of the call. */
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
