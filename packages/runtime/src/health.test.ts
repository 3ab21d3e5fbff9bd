import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { createHealth } from "./health.ts";

test("ready when every check is, with each by its name", async () => {
  const health = createHealth();
  expect(await health.report()).toEqual({ status: "ok", checks: {} });
  health.add("kafka", () => ({ ok: true }));
  health.add("mongodb", async () => ({ ok: true }));
  expect(await health.report()).toEqual({
    status: "ok",
    checks: { kafka: { ok: true }, mongodb: { ok: true } },
  });
});

test("one failing check is enough not to be ready, and says why", async () => {
  const health = createHealth();
  health.add("kafka", () => ({ ok: true }));
  health.add("mongodb", () => ({ ok: false, reason: "no primary answers" }));
  expect(await health.report()).toEqual({
    status: "unavailable",
    checks: { kafka: { ok: true }, mongodb: { ok: false, reason: "no primary answers" } },
  });
});

test("a check is asked anew each time", async () => {
  const health = createHealth();
  let ok = false;
  health.add("kafka", () => ({ ok }));
  expect((await health.report()).status).toBe("unavailable");
  ok = true;
  expect((await health.report()).status).toBe("ok");
});

test("a check that throws has failed; what it threw is not shown", async () => {
  const health = createHealth();
  health.add("now", () => {
    throw new Error("secret 5511999998888");
  });
  health.add("later", () => Promise.reject(new Error("secret")));
  const failed = { ok: false, reason: "check failed" };
  expect(await health.report()).toEqual({ status: "unavailable", checks: { now: failed, later: failed } });
});

test("a check that never answers has failed after a second, and the others are told all the same", async () => {
  const health = createHealth();
  health.add("hangs", () => new Promise(() => {}));
  health.add("slow", () => sleep(100, { ok: true }));
  health.add("quick", () => ({ ok: true }));
  const began = performance.now();
  expect((await health.report()).checks).toEqual({
    hangs: { ok: false, reason: "does not answer" },
    slow: { ok: true },
    quick: { ok: true },
  });
  const tookMs = performance.now() - began;
  expect(tookMs).toBeGreaterThan(900);
  expect(tookMs).toBeLessThan(2_000);
});

test("a process that goes away is not ready, whatever its checks say", async () => {
  const health = createHealth();
  health.add("kafka", () => ({ ok: true }));
  health.stopping();
  expect(await health.report()).toEqual({
    status: "unavailable",
    checks: { kafka: { ok: true }, lifecycle: { ok: false, reason: "stopping" } },
  });
});
