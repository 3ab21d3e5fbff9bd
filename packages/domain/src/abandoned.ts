import type { FoldedCall } from "./call.ts";
import { durationOf, isWithin, type QueuePromise, type Window } from "./queue-numbers.ts";

/** What is to be known of a call to find who gave up, and who was talked to since. */
export type ReturnableCall = Pick<FoldedCall, "aggregate_id" | "their_number" | "answered_at" | "legs">;

/** Somebody who left a queue without an answer. */
export type Abandoned = {
  aggregate_id: string;
  their_number: string | null;
  queue: string | null;
  entered_at: Date;
  ended_at: Date;
  waited_ms: number;
  /** Within the queue's time for it. */
  short: boolean;
  /** When somebody was next talked to at this number, whoever called whom; null = nobody yet. */
  returned_at: Date | null;
};

/** Every abandoned leg that ended in the window, the latest first. Calls without a number cannot be told to be returned. */
export function listAbandoned(
  calls: readonly ReturnableCall[],
  { window, promiseOf }: { window: Window; promiseOf: (queue: string | null) => QueuePromise },
): Abandoned[] {
  const answers = answersByNumber(calls);
  const listed = calls.flatMap(({ aggregate_id, their_number, legs }) =>
    legs
      .filter(({ outcome, ended_at }) => outcome === "ABANDONED" && isWithin(ended_at!, window))
      .map(({ queue, entered_at, ended_at }): Abandoned => {
        const waited_ms = durationOf(entered_at, ended_at!);
        const number = nationalNumber(their_number);
        const after = number === null ? [] : (answers.get(number) ?? []);
        return {
          ...{ aggregate_id, their_number, queue, entered_at, ended_at: ended_at!, waited_ms },
          short: waited_ms <= promiseOf(queue).shortAbandonMs,
          returned_at: after.find((answered_at) => answered_at > ended_at!) ?? null,
        };
      }),
  );
  return listed.sort((one, other) => other.ended_at.getTime() - one.ended_at.getTime());
}

/** When somebody was talked to at each number, in order. */
function answersByNumber(calls: readonly ReturnableCall[]): Map<string, Date[]> {
  const answers = calls.flatMap(({ their_number, answered_at }) => {
    const number = nationalNumber(their_number);
    return number !== null && answered_at ? [{ number, answered_at }] : [];
  });
  answers.sort((one, other) => one.answered_at.getTime() - other.answered_at.getTime());
  const byNumber = Map.groupBy(answers, ({ number }) => number);
  return new Map([...byNumber].map(([number, all]) => [number, all.map(({ answered_at }) => answered_at)]));
}

/** Digits without Brazil's 55: senders write a number with and without it. */
export function nationalNumber(number: string | null): string | null {
  const digits = number?.replace(/\D/g, "") ?? "";
  if (digits === "") return null;
  return digits.length >= 12 && digits.startsWith("55") ? digits.slice(2) : digits;
}
