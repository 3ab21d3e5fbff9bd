import { expect, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import { createLog } from "./log.ts";
import { untilAvailable } from "./retry.ts";

const silent = createLog("test", "silent");

/** Fails as often as said, each time with a new error of this kind. */
function failing(times: number, error = () => new Unavailable("away") as Error) {
  const state = { tries: 0 };
  const work = async () => {
    state.tries += 1;
    if (state.tries <= times) throw error();
    return "done";
  };
  return { state, work };
}

test("what succeeds is done once", async () => {
  const { work, state } = failing(0);
  expect(await untilAvailable(work, { log: silent })).toBe("done");
  expect(state.tries).toBe(1);
});

test("what is away is tried again until it is there, and each failure is logged without its message", async () => {
  const lines: string[] = [];
  const log = createLog("test", "info", { write: (line) => void lines.push(line) });
  const { work, state } = failing(1, () => new Unavailable("5511999998888"));
  expect(await untilAvailable(work, { log })).toBe("done");
  expect(state.tries).toBe(2);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: "warn", waitMs: 500 }]);
  expect(lines.join("")).not.toContain("5511999998888");
});

test("any other error is thrown at once", async () => {
  const { work, state } = failing(1, () => new TypeError("bug"));
  await expect(untilAvailable(work, { log: silent })).rejects.toThrow(TypeError);
  expect(state.tries).toBe(1);
});

test("work that is no longer wanted is not tried again, and ends within a step", async () => {
  const { work, state } = failing(Infinity);
  let wanted = true;
  setTimeout(() => {
    wanted = false;
  }, 50);
  const began = performance.now();
  await expect(untilAvailable(work, { log: silent, isWanted: () => wanted })).rejects.toThrow(Unavailable);
  expect(performance.now() - began).toBeLessThan(450);
  expect(state.tries).toBe(1);
});
