import type { Call } from "../call.ts";
import { isShort, type PromiseOf } from "./queues.ts";
import { isIn, type Window } from "./window.ts";

export type AbandonedRow = {
  aggregate_id: string;
  queue: string | null;
  entered_at: number;
  ended_at: number;
  waited_ms: number | null;
  short: boolean;
  returned_at: number | null;
};

/** Returns the person of a telephone number, the same for every spelling of it; null for an anonymous caller. */
export type PersonOf = (their_number: string | null) => string | null;

type Question = { calls: readonly Call[]; window: Window; promiseOf: PromiseOf; personOf: PersonOf };

export function listAbandoned({ calls, window, promiseOf, personOf }: Question): AbandonedRow[] {
  const rows: AbandonedRow[] = [];
  for (const call of calls) {
    if (call.counted_as !== "inbound") continue;
    for (const visit of call.visits) {
      const { queue, entered_at, ended_at, outcome, wait_known } = visit;
      if (outcome !== "ABANDONED" || ended_at === null || !isIn(window, ended_at)) continue;
      rows.push({
        aggregate_id: call.call_id,
        queue,
        entered_at,
        ended_at,
        waited_ms: wait_known ? Math.max(0, ended_at - entered_at) : null,
        short: isShort(visit, promiseOf),
        returned_at: firstTalkAfter(ended_at, callsOfPerson(calls, call, personOf)),
      });
    }
  }
  return rows;
}

/** Returns the calls of the same person. An anonymous caller has only this one. */
function callsOfPerson(calls: readonly Call[], call: Call, personOf: PersonOf): Call[] {
  const person = personOf(call.their_number);
  return calls.filter((each) => {
    return each === call || (person !== null && personOf(each.their_number) === person);
  });
}

function firstTalkAfter(at: number, calls: readonly Call[]): number | null {
  let first: number | null = null;
  for (const call of calls)
    for (const moment of momentsOfTalk(call))
      if (moment > at && (first === null || moment < first)) first = moment;
  return first;
}

function momentsOfTalk({ counted_as, first_ongoing_at, visits, talks }: Call): number[] {
  if (counted_as === "internal") return [];
  if (counted_as === "outbound") return first_ongoing_at === null ? [] : [first_ongoing_at];
  const answers = visits.map(({ answered_at }) => answered_at).filter((at) => at !== null);
  return [...answers, ...talks.map(({ entered_at }) => entered_at)];
}
