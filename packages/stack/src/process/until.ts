import { setTimeout as sleep } from "node:timers/promises";

export type Wait = {
  limitMs: number;
  /** The awaited condition, for the error message. */
  what: string;
  signal?: AbortSignal | undefined;
};

/** The time between two checks: short enough to add little to a start of seconds, long enough to cost nothing. */
const EVERY_MS = 150;

/**
 * Resolves once `holds` resolves with true. Throws after the limit, when the signal aborts, and any error of `holds`.
 */
export async function until(holds: () => Promise<boolean>, { limitMs, what, signal }: Wait): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    signal?.throwIfAborted();
    if (Date.now() > end) throw new Error(`${what}: timed out after ${Math.round(limitMs / 1_000)} s`);
    await sleep(EVERY_MS);
  }
}
