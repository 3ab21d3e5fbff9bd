import { setTimeout as sleep } from "node:timers/promises";
import type { Say } from "../stack.ts";

/**
 * The first and the longest wait before a restart. Half a second is soon enough after a single crash; a broken job is
 * tried four times a minute.
 */
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
/** The time after which a job counts as healthy. The next crash then begins with the first wait again. */
const WELL_AFTER_MS = 60_000;

/**
 * Returns the wait before the next start, from the previous wait (null = none yet) and the time that the job ran since.
 */
export function nextDelayMs(lastMs: number | null, livedMs: number): number {
  if (lastMs === null || livedMs >= WELL_AFTER_MS) return FIRST_DELAY_MS;
  return Math.min(lastMs * 2, LONGEST_DELAY_MS);
}

/** A job that is kept running. */
export type Job = {
  name: string;
  /** Resolves with the way in which it ended. */
  ended(): Promise<string>;
  /** Resolves when it runs again. Rejects if it could not be started. */
  start(): Promise<void>;
};

type Supervision = {
  say: Say;
  /** Ends the supervision when it aborts. */
  signal: AbortSignal;
  /** Sleeps for `ms`. Rejects when the signal aborts. */
  wait?: (ms: number, value: undefined, options: { signal: AbortSignal }) => Promise<void>;
};

/** Starts a job again whenever it ends, with back-off and a message, until the signal aborts. */
export async function supervise(job: Job, { say, signal, wait = sleep }: Supervision): Promise<void> {
  let delayMs: number | null = null;
  let startedAt = Date.now();
  while (!signal.aborted) {
    const how = await job.ended();
    if (signal.aborted) return;
    delayMs = nextDelayMs(delayMs, Date.now() - startedAt);
    say(`${job.name} ${how}: restarting in ${delayMs / 1_000} s`);
    await wait(delayMs, undefined, { signal }).catch(() => {});
    startedAt = Date.now();
    if (!signal.aborted) await tryStart(job, say);
  }
}

async function tryStart(job: Job, say: Say): Promise<void> {
  try {
    await job.start();
    say(`${job.name} is running again`);
  } catch (error) {
    say(`${job.name} failed to start: ${(error as Error).message}`);
  }
}
