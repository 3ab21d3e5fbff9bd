import { createRunningTime, startDeadline } from "@teravoz/runtime";

/** Time as it is handed in: milliseconds of any epoch, and a way to be called later. */
export type Clock = {
  now(): number;
  /** Calls `run` after `ms`; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
};

const LOOK_MS = 100;

/**
 * Monotonic, so that a step of the wall clock neither hurries nor stalls anybody. Time in which the process was stopped does not count:
 * clients that could not be asked meanwhile are not gone. `stop` ends its timer.
 */
export function openSystemClock(): Clock & { stop(): void } {
  const time = createRunningTime(LOOK_MS);
  const timer = setInterval(time.look, LOOK_MS).unref();
  return { now: time.now, after: startDeadline, stop: () => clearInterval(timer) };
}

export type Throttle = {
  /** Asks for a run: soon, at most one in the interval, and always one that begins after this call. */
  trigger(): void;
  stop(): void;
};

/** Runs something at most once in `intervalMs`, the last request never swallowed; the first of a lull at once. */
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
