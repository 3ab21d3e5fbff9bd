import { describe, expect, jest, test } from "@jest/globals";
import { createRunningTime, startDeadline } from "./running-time.ts";
import { sleep } from "./sleep.ts";

/** Blocks the whole process, as a suspension or a starved core does. */
const holdUp = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe("a deadline", () => {
  test("runs after its time, and does not run if it was cancelled", () => {
    jest.useFakeTimers();
    const came: string[] = [];
    startDeadline(600, () => came.push("kept"));
    startDeadline(600, () => came.push("cancelled"))();
    jest.advanceTimersByTime(599);
    expect(came).toEqual([]);
    jest.advanceTimersByTime(10_000);
    expect(came).toEqual(["kept"]);
    jest.useRealTimers();
  });

  test.each([200, 600])(
    "that expires after %d ms while the process is blocked runs after the events that arrived meanwhile",
    async (ms) => {
      const came: string[] = [];
      const deadline = new Promise<void>((resolve) => void startDeadline(ms, resolve));
      setImmediate(() => {
        holdUp(ms + 500);
        setImmediate(() => came.push("arrived"));
      });
      await deadline;
      expect(came).toEqual(["arrived"]);
    },
  );

  test("is not postponed forever if every turn of the event loop is slow", async () => {
    let came = false;
    startDeadline(500, () => {
      came = true;
    });
    for (let turn = 0; turn < 8 && !came; turn++) {
      holdUp(400);
      await sleep(0);
    }
    expect(came).toBe(true);
  });
});

test("a running time does not count a pause of the process, and reports it once", () => {
  const time = createRunningTime(50);
  expect(time.look()).toBe(false);
  const before = time.now();
  holdUp(1_000);
  expect(time.now() - before).toBeLessThan(700);
  expect(time.look()).toBe(true);
  holdUp(1_000);
  expect(time.look()).toBe(false);
  expect(time.now() - before).toBeLessThan(1_300);
});
