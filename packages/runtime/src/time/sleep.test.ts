import { getEventListeners } from "node:events";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { sleep } from "./sleep.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Returns a state that records whether the promise has resolved. */
function watch(promise: Promise<void>): { resolved: boolean } {
  const state = { resolved: false };
  void promise.then(() => {
    state.resolved = true;
  });
  return state;
}

test("a sleep ends when its time has passed and not earlier", async () => {
  const state = watch(sleep(1_000));
  await jest.advanceTimersByTimeAsync(999);
  expect(state.resolved).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  expect(state.resolved).toBe(true);
});

test("a sleep ends at once when its signal aborts, and leaves no timer", async () => {
  const stop = new AbortController();
  const sleeping = sleep(1_000, { signal: stop.signal });
  stop.abort();
  await sleeping;
  expect(jest.getTimerCount()).toBe(0);
  await sleep(1_000, { signal: stop.signal });
});

test("a sleep that has ended no longer listens to its signal", async () => {
  const { signal } = new AbortController();
  const sleeping = sleep(1_000, { signal });
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(1_000);
  await sleeping;
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
