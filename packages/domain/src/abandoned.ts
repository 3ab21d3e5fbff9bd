import type { FoldedCall } from "./call.ts";
import { durationOf, isWithin, type QueuePromise, type Window } from "./queue-numbers.ts";

/** What is to be known of a call to find who gave up, and who was talked to since. */
export type ReturnableCall = Pick<
  FoldedCall,
  | ("aggregate_id" | "answered_at" | "legs")
  | ("their_number" | "their_number_canonical" | "their_number_display")
>;

/** Somebody who left a queue without an answer. */
export type Abandoned = {
  aggregate_id: string;
  their_number: string | null;
  their_number_display: string | null;
  /** Their number in its canonical form. Null if it is hidden: two such callers are two people. */
  person: string | null;
  queue: string | null;
  entered_at: Date;
  ended_at: Date;
  waited_ms: number;
  /** Within the queue's time for it. */
  short: boolean;
  /** When somebody was next talked to at this number, whoever called whom; null = nobody yet. */
  returned_at: Date | null;
};

/** Every abandoned leg that ended in the window, the latest first. Calls of nobody's number cannot be told to be returned. */
export function listAbandoned(
  calls: readonly ReturnableCall[],
  { window, promiseOf }: { window: Window; promiseOf: (queue: string | null) => QueuePromise },
): Abandoned[] {
  const answers = answersByPerson(calls);
  const listed = calls.flatMap(({ aggregate_id, legs, ...call }) => {
    const { their_number, their_number_display } = call;
    const person = personOf(call);
    return legs
      .filter(({ outcome, ended_at }) => outcome === "ABANDONED" && isWithin(ended_at!, window))
      .map(({ queue, entered_at, ended_at }): Abandoned => {
        const waited_ms = durationOf(entered_at, ended_at!);
        const after = person === null ? [] : (answers.get(person) ?? []);
        return {
          ...{ aggregate_id, their_number, their_number_display, person },
          ...{ queue, entered_at, ended_at: ended_at!, waited_ms },
          short: waited_ms <= promiseOf(queue).shortAbandonMs,
          returned_at: after.find((answered_at) => answered_at > ended_at!) ?? null,
        };
      });
  });
  return listed.sort((one, other) => other.ended_at.getTime() - one.ended_at.getTime());
}

/** When each person was talked to, in order. */
function answersByPerson(calls: readonly ReturnableCall[]): Map<string, Date[]> {
  const answers = calls.flatMap((call) => {
    const [person, { answered_at }] = [personOf(call), call];
    return person !== null && answered_at ? [{ person, answered_at }] : [];
  });
  answers.sort((one, other) => one.answered_at.getTime() - other.answered_at.getTime());
  const byPerson = Map.groupBy(answers, ({ person }) => person);
  return new Map([...byPerson].map(([person, all]) => [person, all.map(({ answered_at }) => answered_at)]));
}

/** Null too for a call that an older fold made: it has no canonical number until it is folded again. */
const personOf = ({
  their_number_canonical,
}: Pick<ReturnableCall, "their_number_canonical">): string | null => their_number_canonical ?? null;
