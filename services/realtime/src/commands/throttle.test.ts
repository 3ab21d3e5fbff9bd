import { expect, test } from "@jest/globals";
import { createManualClock } from "../../testing/manual-clock.ts";
import { createThrottle, openSystemClock } from "./throttle.ts";

function start() {
  const clock = createManualClock();
  const runs: number[] = [];
  const throttle = createThrottle(50, () => runs.push(clock.now()), clock);
  return { clock, runs, throttle };
}

test("the first request after a pause runs at once", () => {
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

test("the service's clock leaves out the time in which the process was stopped", async () => {
  const clock = openSystemClock();
  const before = clock.now();
  const came: string[] = [];
  const later = new Promise<void>((resolve) => void clock.after(1_000, resolve)).then(() =>
    came.push("later"),
  );
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
  expect(clock.now() - before).toBeLessThan(1_000);
  setImmediate(() => came.push("arrived"));
  await later;
  expect(came).toEqual(["arrived", "later"]);
  clock.stop();
});
