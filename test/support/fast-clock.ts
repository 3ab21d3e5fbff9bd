/** A clock for realtime that runs this number of times as fast as real time. */
export const fastClock = (times: number) => ({
  now: () => performance.now() * times,
  after(ms: number, run: () => void) {
    const timer = setTimeout(run, ms / times);
    return () => clearTimeout(timer);
  },
});
