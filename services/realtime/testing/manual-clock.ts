import type { Clock } from "../src/commands/throttle.ts";

export type ManualClock = Clock & { advance(ms: number): void };

/** Creates a clock that stands still until it is advanced. Due timers then run in order. */
export function createManualClock(): ManualClock {
  let time = 0;
  let timers: { at: number; run: () => void }[] = [];
  const runDue = (until: number) => {
    for (;;) {
      const [due] = timers.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at);
      if (!due) break;
      timers = timers.filter((timer) => timer !== due);
      time = Math.max(time, due.at);
      due.run();
    }
    time = until;
  };
  return {
    now: () => time,
    after(ms, run) {
      const timer = { at: time + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    advance: (ms) => runDue(time + ms),
  };
}
