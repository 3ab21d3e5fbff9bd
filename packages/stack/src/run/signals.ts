import { setTimeout as sleep } from "node:timers/promises";

/** A runner between the terminal and us hands on the Ctrl-C that the terminal has sent us already: one, not two. */
const SAME_MS = 500;

/** An abort at the first SIGINT, SIGTERM or SIGHUP; `again` at the second. */
export function stopSignal(again: () => void): AbortSignal {
  const stop = new AbortController();
  let askedAt = 0;
  const ask = () => {
    if (stop.signal.aborted && Date.now() - askedAt > SAME_MS) again();
    if (!stop.signal.aborted) askedAt = Date.now();
    stop.abort(new Stopped());
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, ask);
  return stop.signal;
}

/** Someone asked to stop before all was up: no fault. */
export class Stopped extends Error {
  override name = "Stopped";
}

/** The promise, or the reason of the abort where that comes first. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  const aborted = aborts(AbortSignal.any([signal, done.signal])).then(() => signal.throwIfAborted());
  try {
    return (await Promise.race([promise, aborted])) as T;
  } finally {
    done.abort();
  }
}

/** Resolves when the signal aborts. */
export async function aborts(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await sleep(LONG_MS, undefined, { signal }).catch(() => {});
}

/** As long as a timer can be: only the abort ends it. */
const LONG_MS = 2_147_483_647;
