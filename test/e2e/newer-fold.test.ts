import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { Call, Event } from "@teravoz/domain";
import { ROOT, type ServiceHandle, startServices } from "@teravoz/stack";
import { expectShown, followCalls } from "../support/board.ts";
import { eventually } from "../support/eventually.ts";
import { expectStored, type Gateway, openGateway } from "../support/gateway.ts";
import { rebuildEnv, startRebuild } from "../support/rebuild/command.ts";
import { newerFold } from "../support/rebuild/newer-fold.ts";
import { bodiesOfCalls, shuffle } from "../support/traffic.ts";

let gateway: Gateway;
let newer: ServiceHandle | undefined;
beforeEach(async () => {
  gateway = await openGateway({ projector: 2 });
});
afterEach(async () => {
  await newer?.stop();
  newer = undefined;
  await gateway?.close();
});

const CALLS = 200;

async function sendAll(bodies: string[]): Promise<void> {
  const left = [...bodies];
  const sender = async () => {
    for (let body = left.pop(); body; body = left.pop()) expect((await gateway.post(body)).status).toBe(200);
  };
  await Promise.all(Array.from({ length: 16 }, sender));
}

async function startNewer(env: NodeJS.ProcessEnv = {}): Promise<ServiceHandle> {
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
async function expectNewer(bodies: string[]): Promise<void> {
  const expected = [...new Set(bodies)].sort();
  await eventually(async () => {
    const events = await gateway.events();
    expect(events.map(({ payload }) => payload).sort()).toEqual(expected);
    const histories = Map.groupBy(
      events.map(({ _id, ...event }): Event => ({ ...event, uuid: _id })),
      ({ aggregate_id }) => aggregate_id,
    );
    const folds = [...histories.values()].map((history) => newerFold(history)!);
    expect((await gateway.calls()).map(folded).sort(byKey)).toEqual(folds.sort(byKey));
  }, 90_000);
}

type Keyed = { aggregate_id: string };
const byKey = (one: Keyed, other: Keyed) => (one.aggregate_id < other.aggregate_id ? -1 : 1);
const folded = ({ id: _id, version: _version, ...call }: Call) => call;

const metric = async ({ url }: ServiceHandle, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
};

test("a release with a raised fold takes over under traffic: the older ones stop and say why, every call is folded anew, nothing is lost", async () => {
  const bodies = shuffle(bodiesOfCalls(CALLS));
  await sendAll(bodies);
  await expectStored(gateway, bodies);
  const ids = new Map((await gateway.calls()).map(({ aggregate_id, id }) => [aggregate_id, id]));
  const board = await followCalls(gateway.realtime[0]!.url);

  newer = await startNewer();
  await newer.ready();
  const more = shuffle(bodiesOfCalls(CALLS));
  const sending = sendAll(more);
  for (const older of gateway.projector) {
    // the other one has no partition any more, or meets a batch of it: either way it writes no more
    const { code } = await older.exited;
    expect(code).toBe(1);
    await eventually(async () =>
      expect(await readFile(older.log, "utf8")).toContain("a newer release has taken over: this one ends"),
    );
  }
  await sending;
  await expectNewer([...bodies, ...more]);
  for (const { aggregate_id, id } of await gateway.calls())
    expect([aggregate_id, ids.get(aggregate_id) ?? id]).toEqual([aggregate_id, id]);
  // said after the last call was written
  await eventually(async () => {
    expect(await metric(newer!, "teravoz_refold_pending")).toBe(0);
    expect(await readFile(newer!.log, "utf8")).toContain("all calls are folded anew");
  });
  await expectShown(board, gateway);
  board.close();

  const [older] = gateway.projector as [ServiceHandle];
  await older.start();
  const report = await eventually(async () => {
    const answer = await fetch(`${older.url}/readyz`);
    const { checks } = (await answer.json()) as { checks: Record<string, { ok: boolean; reason?: string }> };
    expect(checks).toHaveProperty("fold");
    return { status: answer.status, fold: checks.fold };
  }, 30_000);
  expect(report).toEqual({
    status: 503,
    fold: { ok: false, reason: expect.stringContaining("a newer release has taken over") },
  });
  const refused = await startRebuild([], { env: rebuildEnv(gateway) }).done;
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining("a newer release has taken over"),
  ]);
  await expectNewer([...bodies, ...more]);
}, 180_000);

test("a release with a raised fold that is killed while it folds anew goes on at its next start, with what is left, and no later one does so again", async () => {
  const bodies = shuffle(bodiesOfCalls(CALLS));
  await sendAll(bodies);
  await expectStored(gateway, bodies);
  await Promise.all(gateway.projector.map((older) => older.stop()));

  const killed = await startNewer({ DIE_AT: "6" });
  expect((await killed.exited).signal).toBe("SIGKILL");
  const done = await gateway.db.collection("calls").countDocuments({ fold: newerFold.revision });
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(CALLS);

  newer = await startNewer();
  await expectNewer(bodies);
  await eventually(async () => {
    expect(await metric(newer!, "teravoz_refold_pending")).toBe(0);
    expect(await metric(newer!, "teravoz_refolded_calls_total")).toBe(CALLS - done);
  });

  const said = async () => (await readFile(newer!.log, "utf8")).split("folding anew").length - 1;
  const before = await said();
  await newer.stop();
  await newer.start();
  await newer.ready();
  expect([await metric(newer, "teravoz_refold_pending"), await said()]).toEqual([0, before]);
}, 180_000);
