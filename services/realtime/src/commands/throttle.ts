import { createRunningTime, startDeadline } from "@teravoz/runtime";

/** A clock: milliseconds of any epoch, and timers. */
export type Clock = {
  now(): number;
  /** Calls `run` after `ms`. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void;
};

const LOOK_MS = 100;

/**
 * Opens a monotonic clock, so that a step of the wall clock does not change any delay. Time in which the process was
 * stopped does not count, because in that time it could not check whether clients are alive. `stop` ends its timer.
 */
export function openSystemClock(): Clock & { stop(): void } {
  const time = createRunningTime(LOOK_MS);
  const timer = setInterval(time.look, LOOK_MS).unref();
  return { now: time.now, after: startDeadline, stop: () => clearInterval(timer) };
}

export type Throttle = {
  /** Requests a run: soon, at most one per interval, and always one that begins after this call. */
  trigger(): void;
  stop(): void;
};

/**
 * Limits runs to one per `intervalMs`. The first request after a pause runs at once, and the last request always gets a
 * run.
 */
export function createThrottle(intervalMs: number, run: () => void, clock: Clock): Throttle {
  let last = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | null = null;
  const fire = () => {
    cancel = null;
    last = clock.now();
    run();
  };
  return {
    trigger() {
      cancel ??= clock.after(Math.max(0, last + intervalMs - clock.now()), fire);
    },
    stop() {
      cancel?.();
      cancel = null;
    },
  };
}
