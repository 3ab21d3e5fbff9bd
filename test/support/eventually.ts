import { setTimeout as sleep } from "node:timers/promises";

/** Far beyond what anything takes on an idle machine: a busy one is no failure, and what never comes is one all the same. */
const PATIENCE_MS = 60_000;

/** Often enough for a test to be quick. What has not come by then takes longer, and is asked for less often. */
const EAGER_MS = 500;
const pauseAfter = (ms: number) => (ms < EAGER_MS ? 20 : 60);
/** An attempt that takes long, such as reading all events, leaves time to the code under test. */
const LONGEST_MS = 300;

/** Tries until `attempt` neither throws nor rejects, and resolves with its value; rejects with its last error after `timeoutMs`. */
export async function eventually<T>(attempt: () => T | Promise<T>, timeoutMs = PATIENCE_MS): Promise<T> {
  const began = Date.now();
  for (;;) {
    const attemptBegan = Date.now();
    try {
      return await attempt();
    } catch (error) {
      const now = Date.now();
      if (now - began > timeoutMs) throw error;
      await sleep(Math.max(pauseAfter(now - began), Math.min(now - attemptBegan, LONGEST_MS)));
    }
  }
}
