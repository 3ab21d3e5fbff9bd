import { setTimeout as sleep } from "node:timers/promises";

/** Default limit in ms, far longer than any step takes on an idle machine, so that a busy one fails no test. */
const PATIENCE_MS = 60_000;

/** Time in ms with frequent attempts, so that a test is quick. A slower step is tried less often. */
const EAGER_MS = 500;
const pauseAfter = (ms: number) => (ms < EAGER_MS ? 20 : 60);
/**
 * The longest pause in ms. After a slow attempt, such as reading all events, the code under test gets as much time.
 */
const LONGEST_MS = 300;

/**
 * Tries until `attempt` neither throws nor rejects, and resolves with its value. Rejects with its last error
 * after `timeoutMs`.
 */
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
