import type { Operation } from "../checker/history.ts";

/** The effect of a fault on senders. All times in ms. */
export type Window = {
  /** Requests that were not taken for a reason that is ours: 503, a reset, no answer in time. */
  refused: number;
  /** From the first of them to the last. */
  refusedMs: number;
  /** From the end of the fault to the first 200 of a request that was begun after it; null where none came. */
  takenAfterMs: number | null;
  /** From the end of the fault until all was stored that the log held then. */
  storedAfterMs: number;
};

type Span = { from: number; ended: number; to: number };

/** Reads the effect of one fault from the history of requests: it struck at `from` and ended at `ended`; all was well again at `to`. */
export function windowOf(
  operations: readonly Operation[],
  { from, ended, to }: Span,
): Omit<Window, "storedAfterMs"> {
  const refusals = operations.filter(({ t1, outcome }) => outcome === "info" && t1 >= from && t1 <= to);
  const answers = refusals.map(({ t1 }) => t1);
  const taken = operations.filter(({ t0, outcome }) => outcome === "ok" && t0 >= ended).map(({ t1 }) => t1);
  return {
    refused: refusals.length,
    refusedMs: answers.length === 0 ? 0 : Math.max(...answers) - Math.min(...answers),
    takenAfterMs: taken.length === 0 ? null : Math.min(...taken) - ended,
  };
}
