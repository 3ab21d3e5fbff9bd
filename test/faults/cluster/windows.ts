import type { Operation } from "../checker/history.ts";

/** The effect of a fault on senders. All times in ms. */
export type Window = {
  /** Requests that the gateway answered with a 503, or another status that is no fault of the sender's. */
  refused: number;
  /** From the first of them to the last. */
  refusedMs: number;
  /** Requests without an answer: the connection was refused or reset, or ran out of time. The instance was away, or hung. */
  unanswered: number;
  /** From the end of the fault to the first 200 of a request that was begun after it; null where none came. */
  takenAfterMs: number | null;
  /** From the end of the fault until all was stored that the log held then. */
  storedAfterMs: number;
};

/** Whether the gateway itself turned a request away, which the sender must send again. */
export const isRefusal = ({ outcome, answer }: Operation): boolean =>
  outcome === "info" && typeof answer === "number";

type Span = { from: number; ended: number; to: number };

/** Reads the effect of one fault from the history of requests: it struck at `from` and ended at `ended`; all was well again at `to`. */
export function windowOf(
  operations: readonly Operation[],
  { from, ended, to }: Span,
): Omit<Window, "storedAfterMs"> {
  const failed = operations.filter(({ t1, outcome }) => outcome === "info" && t1 >= from && t1 <= to);
  const answers = failed.filter(isRefusal).map(({ t1 }) => t1);
  const taken = operations.filter(({ t0, outcome }) => outcome === "ok" && t0 >= ended).map(({ t1 }) => t1);
  return {
    refused: answers.length,
    refusedMs: answers.length === 0 ? 0 : Math.max(...answers) - Math.min(...answers),
    unanswered: failed.length - answers.length,
    takenAfterMs: taken.length === 0 ? null : Math.min(...taken) - ended,
  };
}
