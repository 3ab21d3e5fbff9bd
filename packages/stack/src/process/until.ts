import { setTimeout as sleep } from "node:timers/promises";

export type Wait = {
  limitMs: number;
  /** What is waited for, as it is named when it does not come in time. */
  what: string;
  signal?: AbortSignal | undefined;
};

/** Often enough to add little to a start of seconds, rare enough to cost nothing. */
const EVERY_MS = 150;

/** Resolves once `holds` says true. Throws past the limit, when the signal aborts, or what `holds` throws. */
export async function until(holds: () => Promise<boolean>, { limitMs, what, signal }: Wait): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    signal?.throwIfAborted();
    if (Date.now() > end) throw new Error(`${what}: not within ${Math.round(limitMs / 1_000)} s`);
    await sleep(EVERY_MS);
  }
}
