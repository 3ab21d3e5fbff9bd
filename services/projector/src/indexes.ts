import { Unavailable } from "@teravoz/domain";
import { type Check, type Health, type Log, sleep } from "@teravoz/runtime";
import type { MongoStore } from "@teravoz/store";

/** The start waits so long: builds on few documents end before, and leave the traffic alone. */
const START_WAITS_MS = 2_000;
/** A build that takes longer than MongoDB's link waits for an answer is joined again soon, one that failed is not. */
const JOIN_AGAIN_MS = 1_000;
const TRY_AGAIN_MS = 60_000;

const BUILDING = "indexes are being built: until they are there some queries are slow, or fail";

type Deps = {
  store: Pick<MongoStore, "createIndexes">;
  health: Pick<Health, "add">;
  log: Log;
  startWaitsMs?: number;
};

/**
 * Builds missing indexes beside the traffic; readiness says so without being withdrawn. `started` resolves when they are there, or
 * after two seconds. An index that cannot be built is tried again every minute.
 */
export function buildIndexes({ startWaitsMs = START_WAITS_MS, ...deps }: Deps): {
  started: Promise<void>;
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  let standing: Check = { ok: false, tolerated: true, reason: BUILDING };
  deps.health.add("indexes", () => standing);
  const build = async () => {
    while (!stopping.signal.aborted) {
      standing = await tryBuild(deps);
      if (standing.ok) return;
      const waitMs = standing.reason === BUILDING ? JOIN_AGAIN_MS : TRY_AGAIN_MS;
      await sleep(waitMs, { signal: stopping.signal, ref: false });
    }
  };
  const built = build();
  const started = Promise.race([built, sleep(startWaitsMs, { signal: stopping.signal })]);
  return { started, stop: async () => stopping.abort() };
}

async function tryBuild({ store, log }: Deps): Promise<Check> {
  try {
    await store.createIndexes();
    return { ok: true };
  } catch (err) {
    if (err instanceof Unavailable) {
      log.info({ err }, "indexes are still being built");
      return { ok: false, tolerated: true, reason: BUILDING };
    }
    log.error({ err }, "an index cannot be built, trying again");
    return { ok: false, tolerated: true, reason: "an index cannot be built: see the log" };
  }
}
