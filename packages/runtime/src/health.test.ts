import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { createHealth } from "./health.ts";
import { sleep } from "./time/sleep.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test("a service is ready if every check is ok, and the report lists each check by name", async () => {
  const health = createHealth();
  expect(await health.report()).toEqual({ status: "ok", checks: {} });
  health.add("kafka", () => ({ ok: true }));
  health.add("mongodb", async () => ({ ok: true }));
  expect(await health.report()).toEqual({
    status: "ok",
    checks: { kafka: { ok: true }, mongodb: { ok: true } },
  });
});

test("one failing check makes a service unavailable, and the report says why", async () => {
  const health = createHealth();
  health.add("kafka", () => ({ ok: true }));
  health.add("mongodb", () => ({ ok: false, reason: "no primary answers" }));
  expect(await health.report()).toEqual({
    status: "unavailable",
    checks: { kafka: { ok: true }, mongodb: { ok: false, reason: "no primary answers" } },
  });
});

test("a check runs again for each report", async () => {
  const health = createHealth();
  let ok = false;
  health.add("kafka", () => ({ ok }));
  expect((await health.report()).status).toBe("unavailable");
  ok = true;
  expect((await health.report()).status).toBe("ok");
});

test("a check that throws has failed, and its error is not shown", async () => {
  const health = createHealth();
  health.add("now", () => {
    throw new Error("secret 5511999998888");
  });
  health.add("later", () => Promise.reject(new Error("secret")));
  const failed = { ok: false, reason: "check failed" };
  expect(await health.report()).toEqual({ status: "unavailable", checks: { now: failed, later: failed } });
});

test("a check that never answers fails after a second, and the report contains all the others", async () => {
  const health = createHealth();
  health.add("hangs", () => new Promise(() => {}));
  health.add("slow", () => sleep(999).then(() => ({ ok: true })));
  health.add("quick", () => ({ ok: true }));
  const began = performance.now();
  const report = health.report();
  await jest.runAllTimersAsync();
  expect((await report).checks).toEqual({
    hangs: { ok: false, reason: "does not answer" },
    slow: { ok: true },
    quick: { ok: true },
  });
  expect(performance.now() - began).toBe(1_000);
});

test("a stopping process is not ready, even if all its checks are ok", async () => {
  const health = createHealth();
  health.add("kafka", () => ({ ok: true }));
  health.stopping();
  expect(await health.report()).toEqual({
    status: "unavailable",
    checks: { kafka: { ok: true }, lifecycle: { ok: false, reason: "stopping" } },
  });
});
