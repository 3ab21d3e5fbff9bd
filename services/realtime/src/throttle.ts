/** Time as it is handed in: milliseconds of any epoch, and a way to be called later. */
export type Clock = {
  now(): number;
  /** Calls `run` after `ms`; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
};

/** Monotonic, so that a step of the wall clock neither hurries nor stalls anybody. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

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
