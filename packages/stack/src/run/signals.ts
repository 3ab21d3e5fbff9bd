import { setTimeout as sleep } from "node:timers/promises";

/**
 * The time within which two signals count as one: a runner between the terminal and this process forwards the Ctrl-C
 * that the terminal has sent too.
 */
const SAME_MS = 500;

/** Returns a signal that aborts at the first SIGINT, SIGTERM or SIGHUP. Calls `again` at the second. */
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

/** The user stopped the start before everything was up, which is not an error. */
export class Stopped extends Error {
  override name = "Stopped";
}

/** Settles like the promise, or rejects with the reason of the abort if that happens first. */
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

/** The longest possible timer. Only the abort ends it. */
const LONG_MS = 2_147_483_647;
