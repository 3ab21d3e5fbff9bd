import { expect, test } from "@jest/globals";
import { createManualClock } from "../testing/manual-clock.ts";
import { createThrottle } from "./throttle.ts";

function start() {
  const clock = createManualClock();
  const runs: number[] = [];
  const throttle = createThrottle(50, () => runs.push(clock.now()), clock);
  return { clock, runs, throttle };
}

test("the first request of a lull runs at once", () => {
  const { clock, runs, throttle } = start();
  clock.advance(1_000);
  throttle.trigger();
  clock.advance(0);
  expect(runs).toEqual([1_000]);
});

test("a burst runs at most once in the interval, and once more after its last request", () => {
  const { clock, runs, throttle } = start();
  for (let n = 0; n <= 120; n += 1) {
    throttle.trigger();
    clock.advance(1);
  }
  clock.advance(1_000);
  expect(runs).toEqual([0, 50, 100, 150]);
});

test("nothing runs after a stop", () => {
  const { clock, runs, throttle } = start();
  throttle.trigger();
  throttle.stop();
  clock.advance(1_000);
  expect(runs).toEqual([]);
});
