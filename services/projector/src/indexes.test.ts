import { expect, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import { createHealth, createLog } from "@teravoz/runtime";
import { buildIndexes } from "./indexes.ts";

/** Builds indexes with these outcomes, one for each try: a promise is awaited, an error is thrown. */
function build(...outcomes: (Promise<void> | Error)[]) {
  const health = createHealth();
  const lines: { level: string }[] = [];
  const log = createLog("test", "info", { write: (line) => void lines.push(JSON.parse(line)) });
  const createIndexes = async () => {
    const next = outcomes.shift();
    if (next instanceof Error) throw next;
    await next;
  };
  return { ...buildIndexes({ store: { createIndexes }, health, log, startWaitsMs: 1 }), health, lines };
}

test("a start waits for indexes that are built immediately", async () => {
  const { started, health } = build(Promise.resolve());
  await started;
  expect(await health.report()).toEqual({ status: "ok", checks: { indexes: { ok: true } } });
});

test("a start does not wait for indexes that take long, and readiness says that they are being built", async () => {
  const building = Promise.withResolvers<void>();
  const { started, stop, health } = build(building.promise);
  await started;
  expect(await health.report()).toEqual({
    status: "ok",
    checks: { indexes: { ok: false, tolerated: true, reason: expect.stringContaining("being built") } },
  });
  building.resolve();
  await building.promise;
  await new Promise(setImmediate);
  expect((await health.report()).checks.indexes).toEqual({ ok: true });
  await stop();
});

test("a build that outlasts the timeout of the connection is joined again", async () => {
  const { started, stop, health, lines } = build(new Unavailable("timed out"), Promise.resolve());
  await started;
  expect((await health.report()).checks.indexes).toMatchObject({ ok: false, tolerated: true });
  expect(lines).toMatchObject([{ level: "info" }]);
  await stop();
});

test("an index that cannot be built does not stop the service: it is logged, and readiness reports it", async () => {
  const { started, stop, health, lines } = build(new Error("two indexes of one name"));
  await started;
  expect(await health.report()).toMatchObject({
    status: "ok",
    checks: { indexes: { ok: false, tolerated: true, reason: expect.stringContaining("cannot be built") } },
  });
  expect(lines).toMatchObject([{ level: "error" }]);
  await stop();
});
