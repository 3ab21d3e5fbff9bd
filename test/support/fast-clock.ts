/** A clock for realtime on which time passes so many times as fast as on the wall. */
export const fastClock = (times: number) => ({
  now: () => performance.now() * times,
  after(ms: number, run: () => void) {
    const timer = setTimeout(run, ms / times);
    return () => clearTimeout(timer);
  },
});
