import type { Operation } from "../checker/history.ts";

/** The effect of a fault on senders. All times in ms. */
export type Window = {
  /** Requests that the gateway answered with 503, or with another status that is not the sender's fault. */
  refused: number;
  /** Time from the first of them to the last. */
  refusedMs: number;
  /**
   * Requests without an answer: the connection was refused or reset, or timed out, because the instance was unavailable
   * or hung.
   */
  unanswered: number;
  /** Time from the end of the fault to the first 200 of a request that began after it; null without one. */
  takenAfterMs: number | null;
  /** Time from the end of the fault until everything that the log held then was stored. */
  storedAfterMs: number;
};

/** Returns whether the gateway itself refused a request that the sender must send again. */
export const isRefusal = ({ outcome, answer }: Operation): boolean =>
  outcome === "info" && typeof answer === "number";

type Span = { from: number; ended: number; to: number };

/**
 * Reads the effect of one fault from the history of requests. It struck at `from`, ended at `ended`, and was recovered
 * from at `to`.
 */
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
