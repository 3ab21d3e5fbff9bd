/**
 * Time limits in a process that may be stopped (SIGSTOP, a paused machine) or starved of its core. When it runs again its timers fire
 * before it reads what has arrived meanwhile: a limit by the wall clock would refuse what is there.
 */

/** A timer that comes later than this was held up. Far above a busy turn of the loop. */
const LATE_MS = 100;
/** A pause of the loop counts for so long at most: a slow loop still reaches its limits, a stopped one does not. */
const MOST_MS = 500;
/** A limit is counted down in steps of this length; a step counts as its length, however late it comes. */
const STEP_MS = 250;
/** After a last step that was held up: enough for a broker's or a disk's answer to what was under way. */
const GRACE_MS = 1_000;

/** Calls `run` when the process has run for `ms`; the answer cancels it. */
export function startDeadline(ms: number, run: () => void): () => void {
  let timer: NodeJS.Timeout;
  let left = ms;
  let grantsMore = true;
  const wait = (stepMs: number) => {
    const began = performance.now();
    timer = setTimeout(() => {
      left -= stepMs;
      const isLate = performance.now() - began > stepMs + LATE_MS;
      if (left > 0) return wait(Math.min(left, STEP_MS));
      if (!isLate || !grantsMore) return run();
      grantsMore = false;
      wait(Math.min(ms, GRACE_MS));
    }, stepMs);
  };
  wait(Math.min(ms, STEP_MS));
  return () => clearTimeout(timer);
}

export type RunningTime = {
  /** Milliseconds that the process has run. */
  now(): number;
  /** To be called every `everyMs`. True after a hold-up, and then not again the next time: what arrived meanwhile is not read yet. */
  look(): boolean;
};

/** A clock for code that looks at it every `everyMs`. */
export function createRunningTime(everyMs: number): RunningTime {
  let [ms, lookedAt, wasLate] = [0, performance.now(), false];
  const elapsed = () => performance.now() - lookedAt;
  const now = () => ms + Math.min(elapsed(), everyMs + MOST_MS);
  return {
    now,
    look() {
      wasLate = elapsed() > everyMs + LATE_MS && !wasLate;
      ms = now();
      lookedAt = performance.now();
      return wasLate;
    },
  };
}
