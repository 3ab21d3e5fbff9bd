import { Unavailable } from "@teravoz/domain";
import type { Log } from "../log.ts";
import { sleep } from "./sleep.ts";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;
/** The interval at which a wait checks whether the work is still wanted. */
const STEP_MS = 100;

/**
 * Retries the work with growing waits as long as it throws Unavailable. Rethrows Unavailable once the work is no longer
 * wanted, and any other error at once.
 */
export async function untilAvailable<T>(
  work: () => Promise<T>,
  { log, isWanted = () => true }: { log: Log; isWanted?: () => boolean },
): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (err) {
      if (!(err instanceof Unavailable) || !isWanted()) throw err;
      log.warn({ err, waitMs }, "a dependency is unavailable, retrying");
      for (let waited = 0; waited < waitMs && isWanted(); waited += STEP_MS) await sleep(STEP_MS);
      if (!isWanted()) throw err;
    }
  }
}
