/**
 * Time limits in a process that may be suspended (SIGSTOP, a paused machine) or starved of its core. When it runs
 * again, its timers fire before it reads the data that has arrived meanwhile. A limit by the wall clock would refuse
 * that data.
 */

/**
 * The delay beyond which a timer was late because the process was blocked. It is far longer than a busy turn of the
 * event loop.
 */
const LATE_MS = 100;
/**
 * The maximum time that is counted for one pause of the event loop. A slow loop therefore still reaches its limits, and
 * a stopped one does not.
 */
const MOST_MS = 500;
/** The length of the steps in which a limit is counted down. A step counts as this length, however late it fires. */
const STEP_MS = 250;
/**
 * The additional time after a late last step. It is enough for the answer of a broker or a disk to a pending request.
 */
const GRACE_MS = 1_000;

/** Calls `run` when the process has run for `ms`. Returns a function that cancels it. */
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
  /** Returns the running time of the process in ms. */
  now(): number;
  /**
   * Must be called every `everyMs`. Returns true after a pause of the process, because the data that arrived meanwhile
   * is not read yet. The next call then returns false.
   */
  look(): boolean;
};

/** Creates a clock for code that calls `look` every `everyMs`. */
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
