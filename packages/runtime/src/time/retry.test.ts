import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import { createLog } from "../log.ts";
import { untilAvailable } from "./retry.ts";

const silent = createLog("test", "silent");

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Returns work that fails the given number of times, each time with a new error, and then succeeds. */
function failing(times: number, error = () => new Unavailable("away") as Error) {
  const state = { tries: 0 };
  const work = async () => {
    state.tries += 1;
    if (state.tries <= times) throw error();
    return "done";
  };
  return { state, work };
}

test("work that succeeds runs once", async () => {
  const { work, state } = failing(0);
  expect(await untilAvailable(work, { log: silent })).toBe("done");
  expect(state.tries).toBe(1);
});

test("work that throws Unavailable is retried until it succeeds, and each failure is logged without its message", async () => {
  const lines: string[] = [];
  const log = createLog("test", "info", { write: (line) => void lines.push(line) });
  const { work, state } = failing(1, () => new Unavailable("5511999998888"));
  const result = untilAvailable(work, { log });
  await jest.advanceTimersByTimeAsync(499);
  expect(state.tries).toBe(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(await result).toBe("done");
  expect(state.tries).toBe(2);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: "warn", waitMs: 500 }]);
  expect(lines.join("")).not.toContain("5511999998888");
});

test("any other error is thrown at once", async () => {
  const { work, state } = failing(1, () => new TypeError("bug"));
  await expect(untilAvailable(work, { log: silent })).rejects.toThrow(TypeError);
  expect(state.tries).toBe(1);
});

test("work that is no longer wanted is not retried, and ends within a step", async () => {
  const { work, state } = failing(Infinity);
  let wanted = true;
  const result = untilAvailable(work, { log: silent, isWanted: () => wanted });
  const failed = expect(result).rejects.toThrow(Unavailable);
  await jest.advanceTimersByTimeAsync(50);
  wanted = false;
  const began = performance.now();
  jest.advanceTimersToNextTimer();
  await failed;
  expect(performance.now() - began).toBeLessThanOrEqual(100);
  expect(state.tries).toBe(1);
});

test("the waits grow from half a second to five seconds", async () => {
  const lines: string[] = [];
  const log = createLog("test", "info", { write: (line) => void lines.push(line) });
  const { work } = failing(6);
  const began = performance.now();
  const result = untilAvailable(work, { log });
  await jest.runAllTimersAsync();
  expect(await result).toBe("done");
  const waits = [500, 1_000, 2_000, 4_000, 5_000, 5_000];
  expect(lines.map((line) => JSON.parse(line).waitMs)).toEqual(waits);
  expect(performance.now() - began).toBe(17_500);
});
