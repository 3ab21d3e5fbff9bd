import { setTimeout as sleep } from "node:timers/promises";

/** Tries until `attempt` neither throws nor rejects, and answers with what it gave; after `timeoutMs` its last error. */
export async function eventually<T>(attempt: () => T | Promise<T>, timeoutMs = 10_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      // often enough for a test to be quick, rarely enough to leave the processor to what is waited for
      await sleep(20);
    }
  }
}
