import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import type { Call, Event } from "@teravoz/domain";
import { ROOT, type ServiceHandle, startServices } from "@teravoz/stack";
import { expectShown, followCalls } from "../support/browser/board.ts";
import { eventually } from "../support/eventually.ts";
import { rebuildEnv, startRebuild } from "../support/rebuild/command.ts";
import { newerFold } from "../support/rebuild/newer-fold.ts";
import { expectStored, type Gateway, openGateway } from "../support/services/gateway.ts";
import { keepSending, postAll } from "../support/traffic/sending.ts";
import { bodiesOfCalls, shuffle } from "../support/traffic/traffic.ts";

let gateway: Gateway | undefined;
let newer: ServiceHandle | undefined;
afterEach(async () => {
  await newer?.stop();
  newer = undefined;
  await gateway?.close();
  gateway = undefined;
});

const CALLS = 120;

async function startNewer(gateway: Gateway, env: NodeJS.ProcessEnv = {}): Promise<ServiceHandle> {
  const { MONGODB_URI: mongodb, TOPIC_PREFIX } = rebuildEnv(gateway);
  const [handle] = await startServices({
    addresses: {
      kafka: process.env.KAFKA_BROKERS!,
      registry: process.env.SCHEMA_REGISTRY_URL!,
      mongodb: mongodb!,
    },
    services: [
      { name: "newer", kind: "projector", main: join(ROOT, "test/support/rebuild/newer-projector.ts") },
    ],
    dir: gateway.dir,
    env: { ...process.env, TOPIC_PREFIX, NODE_ENV: "development", ...env },
  });
  return handle!;
}

/** Waits until all bodies are stored and every call is the newer fold of its events. */
async function expectNewer(gateway: Gateway, bodies: string[]): Promise<void> {
  const expected = [...new Set(bodies)].sort();
  const { db } = gateway;
  // counted first, because a failing comparison of thousands takes Jest seconds
  await eventually(async () => {
    expect(await db.collection("events").countDocuments()).toBeGreaterThanOrEqual(expected.length);
    const older = { fold: { $ne: newerFold.revision } };
    expect(await db.collection("calls").countDocuments(older)).toBe(0);
  }, 90_000);
  const events = await gateway.events();
  expect(events.map(({ payload }) => payload).sort()).toEqual(expected);
  const histories = Map.groupBy(
    events.map(({ _id, ...event }): Event => ({ ...event, uuid: _id })),
    ({ aggregate_id }) => aggregate_id,
  );
  const folds = [...histories.values()].map((history) => newerFold(history)!).sort(byKey);
  await eventually(async () => expect((await gateway.calls()).map(folded).sort(byKey)).toEqual(folds));
}

type Keyed = { aggregate_id: string };
const byKey = (one: Keyed, other: Keyed) => (one.aggregate_id < other.aggregate_id ? -1 : 1);
const folded = ({ id: _id, version: _version, ...call }: Call) => call;

const metric = async ({ url }: ServiceHandle, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
};

test("a release with a raised fold takes over under traffic: the older projectors stop and log why, every call is folded again, no event is lost", async () => {
  const opened = await openGateway({ projector: 2 });
  gateway = opened;
  const bodies = shuffle(bodiesOfCalls(CALLS));
  await postAll(opened, bodies);
  await expectStored(opened, bodies);
  const ids = new Map((await opened.calls()).map(({ aggregate_id, id }) => [aggregate_id, id]));
  const board = await followCalls(opened.realtime[0]!.url);

  const sending = keepSending(opened);
  sending.pause(500);
  newer = await startNewer(opened);
  for (const older of opened.projector) {
    // the other one has no partition any more, or is fenced in its next batch: in both cases it writes
    // nothing
    const { code } = await older.exited;
    expect(code).toBe(1);
    await eventually(async () =>
      expect(await readFile(older.log, "utf8")).toContain(
        "a newer release has taken over: this process ends",
      ),
    );
  }
  await newer.ready();
  await sending.untilMore(100);
  bodies.push(...(await sending.stop()));
  await expectNewer(opened, bodies);
  for (const { aggregate_id, id } of await opened.calls())
    expect([aggregate_id, ids.get(aggregate_id) ?? id]).toEqual([aggregate_id, id]);
  // logged after the last call was written
  await eventually(async () => {
    expect(await metric(newer!, "teravoz_refold_pending")).toBe(0);
    expect(await readFile(newer!.log, "utf8")).toContain("all calls are refolded");
  });
  await expectShown(board, opened);
  board.close();

  await Promise.all([expectNotReady(opened.projector[0]!), expectRebuildRefused(opened)]);
  await expectNewer(opened, bodies);
});

test("a release whose new indexes take long to build is ready, stores events meanwhile and reports the build", async () => {
  const projector = join(ROOT, "test/support/services/slow-indexes.ts");
  const opened = await openGateway({ realtime: 0, mains: { projector } });
  gateway = opened;
  const bodies = bodiesOfCalls(5);
  await postAll(opened, bodies);
  await expectStored(opened, bodies);
  const answer = await fetch(`${opened.projector[0]!.url}/readyz`);
  const { checks } = (await answer.json()) as { checks: Record<string, unknown> };
  const building = { ok: false, tolerated: true, reason: expect.stringContaining("being built") };
  expect([answer.status, checks.indexes]).toEqual([200, building]);
});

async function expectNotReady(older: ServiceHandle): Promise<void> {
  await older.start();
  const report = await eventually(async () => {
    const answer = await fetch(`${older.url}/readyz`);
    const { checks } = (await answer.json()) as { checks: Record<string, { ok: boolean; reason?: string }> };
    expect(checks).toHaveProperty("fold");
    return { status: answer.status, fold: checks.fold };
  });
  expect(report).toEqual({
    status: 503,
    fold: { ok: false, reason: expect.stringContaining("a newer release has taken over") },
  });
}

async function expectRebuildRefused(gateway: Gateway): Promise<void> {
  const { code, stderr } = await startRebuild([], { env: rebuildEnv(gateway) }).done;
  expect([code, stderr]).toEqual([1, expect.stringContaining("a newer release has taken over")]);
}

test("a release with a raised fold that is killed while it folds again continues with the rest at its next start, and later starts do nothing", async () => {
  const opened = await openGateway({ realtime: 0 });
  gateway = opened;
  const bodies = shuffle(bodiesOfCalls(CALLS));
  await postAll(opened, bodies);
  await expectStored(opened, bodies);
  await Promise.all(opened.projector.map((older) => older.stop()));

  const killed = await startNewer(opened, { DIE_AT: "6" });
  expect((await killed.exited).signal).toBe("SIGKILL");
  const done = await opened.db.collection("calls").countDocuments({ fold: newerFold.revision });
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(CALLS);

  newer = await startNewer(opened);
  await expectNewer(opened, bodies);
  await eventually(async () => {
    expect(await metric(newer!, "teravoz_refold_pending")).toBe(0);
    expect(await metric(newer!, "teravoz_refolded_calls_total")).toBe(CALLS - done);
  });

  const starts = async () =>
    (await readFile(newer!.log, "utf8")).split("refolding calls of an older fold").length - 1;
  const before = await starts();
  await newer.stop();
  await newer.start();
  await newer.ready();
  expect([await metric(newer, "teravoz_refold_pending"), await starts()]).toEqual([0, before]);
});
