import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { createManualClock } from "../../testing/manual-clock.ts";
import { createSingleFlight, PACE_MS } from "./single-flight.ts";

/** Queries that end on request. Each answers with the time at which it began. */
function start() {
  const clock = createManualClock();
  const share = createSingleFlight<number>(clock);
  let time = 0;
  const running: (() => void)[] = [];
  const query = () => {
    const began = ++time;
    return new Promise<number>((resolve) => running.push(() => resolve(began)));
  };
  const ask = (key = "same") => {
    const asked = ++time;
    return share(key, query).then((began) => ({ asked, began }));
  };
  const end = async () => {
    running.shift()?.();
    await new Promise(setImmediate);
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await new Promise(setImmediate);
  };
  const settle = async () => {
    await end();
    await pass(PACE_MS);
  };
  return { ask, end, pass, settle, running };
}

test("a storm of equal requests costs two queries", async () => {
  const { ask, settle, running } = start();
  const answers = Array.from({ length: 1_000 }, () => ask());
  expect(running).toHaveLength(1);
  await settle();
  expect(running).toHaveLength(1);
  await settle();
  expect(new Set((await Promise.all(answers)).map(({ began }) => began)).size).toBe(2);
  expect(running).toHaveLength(0);
});

test("a query that several clients request runs four times a second", async () => {
  const { ask, end, pass, running } = start();
  void ask();
  void ask();
  void ask();
  await end();
  await pass(PACE_MS - 1);
  expect(running).toHaveLength(0);
  await pass(1);
  expect(running).toHaveLength(1);
  await end();
  // this run answers two requests, so a request right after it belongs to the same storm
  void ask();
  await pass(PACE_MS - 1);
  expect(running).toHaveLength(0);
  await pass(1);
  expect(running).toHaveLength(1);
});

test("a single request never waits", async () => {
  const { ask, end, running } = start();
  for (let n = 0; n < 10; n += 1) {
    void ask();
    expect(running).toHaveLength(1);
    await end();
  }
});

test("different queries do not wait for each other", () => {
  const { ask, running } = start();
  void ask("one");
  void ask("other");
  expect(running).toHaveLength(2);
});

test("a request is never answered by a query that began before it, whatever happens in between", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom("ask", "settle"), { maxLength: 30 }), async (steps) => {
      const { ask, settle } = start();
      const answers = [];
      for (const step of steps) {
        if (step === "ask") answers.push(ask());
        else await settle();
      }
      // one query runs, and one waits for it
      await settle();
      await settle();
      for (const { asked, began } of await Promise.all(answers)) expect(began).toBeGreaterThan(asked);
    }),
  );
});

test("a failed query fails all requests that share it, and the next request runs it again", async () => {
  const clock = createManualClock();
  const share = createSingleFlight<string>(clock);
  const failing = share("key", () => Promise.reject(new Error("away")));
  const queued = share("key", () => Promise.resolve("back"));
  await expect(failing).rejects.toThrow("away");
  await new Promise(setImmediate);
  clock.advance(PACE_MS);
  await expect(queued).resolves.toBe("back");
  await expect(share("key", () => Promise.resolve("again"))).resolves.toBe("again");
});
