import { setTimeout as sleep } from "node:timers/promises";
import type { Say } from "../stack.ts";

/** Half a second is soon enough for a slip; a thing that is broken is tried four times a minute. */
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
/** Who has lived for a minute was well: the next death starts the row anew. */
const WELL_AFTER_MS = 60_000;

/** The wait before the next start, from the one before it (null = none yet) and how long it lived since. */
export function nextDelayMs(lastMs: number | null, livedMs: number): number {
  if (lastMs === null || livedMs >= WELL_AFTER_MS) return FIRST_DELAY_MS;
  return Math.min(lastMs * 2, LONGEST_DELAY_MS);
}

/** What is kept alive. */
export type Job = {
  name: string;
  /** Resolves with how it ended. */
  ended(): Promise<string>;
  /** Resolves when it runs again; rejects when it could not be started. */
  start(): Promise<void>;
};

type Supervision = {
  say: Say;
  /** Ends the supervision when it aborts. */
  signal: AbortSignal;
  /** Sleeps for `ms`; rejects when the signal aborts. */
  wait?: (ms: number, value: undefined, options: { signal: AbortSignal }) => Promise<void>;
};

/** Starts a job again whenever it ends, with back-off, and says so, until the signal aborts. */
export async function supervise(job: Job, { say, signal, wait = sleep }: Supervision): Promise<void> {
  let delayMs: number | null = null;
  let startedAt = Date.now();
  while (!signal.aborted) {
    const how = await job.ended();
    if (signal.aborted) return;
    delayMs = nextDelayMs(delayMs, Date.now() - startedAt);
    say(`${job.name} ${how}: starting it again in ${delayMs / 1_000} s`);
    await wait(delayMs, undefined, { signal }).catch(() => {});
    startedAt = Date.now();
    if (!signal.aborted) await tryStart(job, say);
  }
}

async function tryStart(job: Job, say: Say): Promise<void> {
  try {
    await job.start();
    say(`${job.name} runs again`);
  } catch (error) {
    say(`${job.name} could not be started: ${(error as Error).message}`);
  }
}
