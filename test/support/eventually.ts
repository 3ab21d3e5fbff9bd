import { setTimeout as sleep } from "node:timers/promises";

/** Far beyond what anything takes on an idle machine: a busy one is no failure, and what never comes is one all the same. */
const PATIENCE_MS = 30_000;

/** Tries until `attempt` neither throws nor rejects, and resolves with its value; rejects with its last error after `timeoutMs`. */
export async function eventually<T>(attempt: () => T | Promise<T>, timeoutMs = PATIENCE_MS): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      // often enough for a test to be quick, rarely enough to leave the processor to the code under test
      await sleep(20);
    }
  }
}
