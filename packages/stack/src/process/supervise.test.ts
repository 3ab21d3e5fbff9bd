import { expect, jest, test } from "@jest/globals";
import { nextDelayMs, supervise } from "./supervise.ts";

test("a job that crashes repeatedly is started after 0.5 s, 1 s, 2 s … and at most 15 s", () => {
  const delays: number[] = [];
  for (let death = 0; death < 8; death++) delays.push(nextDelayMs(delays.at(-1) ?? null, 100));
  expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
});

test("a job that ran for a minute begins with the first wait again", () => {
  expect(nextDelayMs(8_000, 59_999)).toBe(15_000);
  expect(nextDelayMs(8_000, 60_000)).toBe(500);
});

test("a job that crashes is started again, and both are reported in one line each", async () => {
  const said: string[] = [];
  const stop = new AbortController();
  const deaths = ["ended by SIGKILL"];
  const pending = new Promise<string>((resolve) =>
    stop.signal.addEventListener("abort", () => resolve("stopped")),
  );
  const job = {
    name: "kafka",
    ended: async () => deaths.shift() ?? pending,
    start: async () => void setImmediate(() => stop.abort()),
  };
  const waited: number[] = [];
  const wait = async (ms: number) => void waited.push(ms);
  await supervise(job, { say: (line) => said.push(line), signal: stop.signal, wait });
  expect(waited).toEqual([500]);
  expect(said).toEqual(["kafka ended by SIGKILL: restarting in 0.5 s", "kafka is running again"]);
});

test("no job is started again during a stop", async () => {
  const stop = new AbortController();
  const start = jest.fn(async () => {});
  const ended = async () => {
    stop.abort();
    return "ended with code 0";
  };
  await supervise({ name: "ingest", ended, start }, { say: () => {}, signal: stop.signal });
  expect(start).not.toHaveBeenCalled();
});
