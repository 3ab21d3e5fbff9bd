import { expect, test } from "@jest/globals";
import { createHealth } from "@teravoz/runtime";
import { addChecks } from "./readiness.ts";

const GOOD = { kafka: true, topics: true, registry: true };
const AWAY = { kafka: false, topics: false, registry: false };

async function report(standing: typeof GOOD, spool?: boolean) {
  const health = createHealth();
  const check = (ok: boolean) => () => (ok ? { ok } : { ok, reason: "why" });
  const { kafka, topics, registry } = standing;
  const checks = { kafka: check(kafka), topics: check(topics), registry: check(registry) };
  addChecks(health, checks, spool === undefined ? undefined : { check: check(spool) });
  return health.report();
}
const status = async (...standing: Parameters<typeof report>) => (await report(...standing)).status;

test("without a spool ingest needs the brokers, the topics and the schemas", async () => {
  expect(await status(GOOD)).toBe("ok");
  for (const missing of ["kafka", "topics", "registry"])
    expect(await status({ ...GOOD, [missing]: false })).toBe("unavailable");
});

test("ingest with a spool that takes events is ready even if everything else is unavailable, and reports what is unavailable", async () => {
  expect(await status(GOOD, true)).toBe("ok");
  expect(await status({ ...GOOD, registry: false }, true)).toBe("ok");
  const { status: ready, checks } = await report(AWAY, true);
  expect(ready).toBe("ok");
  expect(checks.kafka).toEqual({ ok: false, reason: "why", tolerated: true });
  expect(checks.spool).toEqual({ ok: true });
});

test("a spool does not make up for topics that are known to be wrong", async () => {
  expect(await status({ ...GOOD, topics: false }, true)).toBe("unavailable");
});

test("a full or broken spool makes ingest unready, unless the brokers take everything: then it is reported and tolerated", async () => {
  expect(await status(AWAY, false)).toBe("unavailable");
  expect(await status({ ...GOOD, registry: false }, false)).toBe("unavailable");
  const { status: ready, checks } = await report(GOOD, false);
  expect([ready, checks.spool]).toEqual(["ok", { ok: false, reason: "why", tolerated: true }]);
});
