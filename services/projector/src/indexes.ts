import { Unavailable } from "@teravoz/domain";
import { type Check, type Health, type Log, sleep } from "@teravoz/runtime";
import type { MongoStore } from "@teravoz/store";

/** The longest time that the start waits for builds. Builds on few documents end within it, before events are read. */
const START_WAITS_MS = 2_000;
/**
 * The pause before joining again a build that takes longer than the connection to MongoDB waits for an answer. A failed
 * build is tried again after TRY_AGAIN_MS.
 */
const JOIN_AGAIN_MS = 1_000;
const TRY_AGAIN_MS = 60_000;

const BUILDING = "indexes are being built: until they are ready some queries are slow or fail";

type Deps = {
  store: Pick<MongoStore, "createIndexes">;
  health: Pick<Health, "add">;
  log: Log;
  startWaitsMs?: number;
};

/**
 * Builds missing indexes without stopping the traffic. Meanwhile readiness reports them and stays ok. `started`
 * resolves when they are built, or after two seconds. An index that cannot be built is tried again every minute.
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
    log.error({ err }, "an index cannot be built, retrying");
    return { ok: false, tolerated: true, reason: "an index cannot be built: see the log" };
  }
}
