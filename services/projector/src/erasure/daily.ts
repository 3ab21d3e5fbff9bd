import { type CallStore, type Jobs, Unavailable } from "@teravoz/domain";
import { PARTITIONS } from "@teravoz/kafka";
import type { Log } from "@teravoz/runtime";
import { type ErasePorts, eraseSubjects } from "./erase.ts";
import { publishErasures } from "./republish.ts";
import { TICK_KEY } from "./tombstones.ts";

export type DailyPorts = ErasePorts & {
  store: Pick<CallStore, "forget" | "listAgentEvents">;
  jobs: Jobs;
  /** The number of days that data is kept. Null = for ever. */
  retentionDays: number | null;
  log: Log;
  /**
   * Returns whether the job may continue. It is called between two pages. After a stop, another projector does the
   * rest.
   */
  isWanted(): boolean;
};

export const DAY_MS = 86_400_000;
/** The time between two checks for due jobs: short in relation to the day for which a segment is open. */
const LOOK_MS = 600_000;

type Job = (ports: DailyPorts) => Promise<number>;
const JOBS: Record<string, Job> = { tick: writeTicks, retention: eraseOld, sweep: eraseRevived };

/**
 * Runs the daily jobs that keep erasures complete. Each job runs on only one of the projectors. The first check is at
 * once.
 */
export function startDaily(deps: Omit<DailyPorts, "isWanted">): { stop(): Promise<void> } {
  let stopped = false;
  let looking = Promise.resolve();
  const ports = { ...deps, isWanted: () => !stopped };
  const look = async () => {
    for (const name of Object.keys(JOBS)) if (!stopped) await doWhenDue(ports, name, DAY_MS);
  };
  const lookOnce = () => {
    looking = looking.then(look);
  };
  lookOnce();
  const timer = setInterval(lookOnce, LOOK_MS);
  timer.unref();
  return {
    stop: () => {
      stopped = true;
      clearInterval(timer);
      return looking;
    },
  };
}

/**
 * Runs the job if it is due and no other instance is running it. The work is done first and recorded afterwards,
 * because it may be done twice, but must not be skipped.
 */
export async function doWhenDue(ports: DailyPorts, job: string, everyMs: number): Promise<void> {
  const { jobs, log } = ports;
  try {
    if (!(await jobs.claim(job, everyMs))) return;
    await doClaimed(ports, job);
  } catch (err) {
    if (err instanceof Unavailable) log.warn({ err, job }, "a daily job waits for a dependency");
    else log.error({ err, job }, "a daily job failed");
  }
}

async function doClaimed(ports: DailyPorts, job: string): Promise<void> {
  const { jobs, log } = ports;
  let isDone = false;
  try {
    const count = await JOBS[job]!(ports);
    isDone = true;
    log.info({ job, count }, "daily job done");
  } finally {
    await jobs.release(job, isDone);
  }
}

/**
 * Writes a record to every partition. An open segment closes when a record is appended to it, and the cleaner cleans
 * only closed segments.
 */
export async function writeTicks({
  publisher,
  topics,
}: Pick<DailyPorts, "publisher" | "topics">): Promise<number> {
  const ticks = [topics.callEvents, topics.agentEvents].flatMap((topic) =>
    Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })),
  );
  await Promise.all(ticks.map((place) => publisher.publish({ ...place, key: TICK_KEY, value: null })));
  return ticks.length;
}

async function* whileWanted<T>(ports: DailyPorts, pages: AsyncIterable<T>): AsyncIterable<T> {
  for await (const page of pages) {
    if (!ports.isWanted()) throw new Unavailable("stopping");
    yield page;
  }
}

/** Erases data that is older than the retention allows: calls, and events of agents and dialers. */
export async function eraseOld(ports: DailyPorts): Promise<number> {
  const { retentionDays, erasures, now } = ports;
  if (retentionDays === null) return 0;
  let count = 0;
  const time = new Date(now().getTime() - retentionDays * DAY_MS);
  for await (const calls of whileWanted(ports, erasures.unchangedSince(time))) {
    await eraseSubjects(ports, calls);
    count += calls.length;
  }
  for await (const said of whileWanted(ports, erasures.outdatedSaid(time))) {
    await publishErasures(ports, said);
    count += said.length;
  }
  return count;
}

/** Erases again the data that a restored backup brought back, as far as the ledger knows of it. */
export async function eraseRevived(ports: DailyPorts): Promise<number> {
  const { erasures, store } = ports;
  let count = 0;
  for await (const page of whileWanted(ports, erasures.revived())) {
    await publishErasures(ports, page);
    count += page.length;
  }
  for await (const page of whileWanted(ports, erasures.revivedAside())) {
    await store.forget(page);
    count += page.length;
  }
  return count;
}
