import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { PARTITIONS } from "@teravoz/kafka";
import { ROOT } from "@teravoz/stack";
import { noteSeed } from "../runner/failures.ts";
import { expectShown, followCalls } from "../support/browser/board.ts";
import { eventually } from "../support/eventually.ts";
import { LONG } from "../support/long.ts";
import { rebuildEnv, startRebuild } from "../support/rebuild/command.ts";
import { plantDamage } from "../support/rebuild/damage.ts";
import { expectStored, type Gateway, openGateway } from "../support/services/gateway.ts";
import { keepSending, postAll } from "../support/traffic/sending.ts";
import { bodiesOfCalls, shuffle } from "../support/traffic/traffic.ts";

let gateway: Gateway;
/** All bodies that the tests have sent so far. Each test but the last leaves every call right. */
const sent: string[] = [];
beforeAll(async () => {
  gateway = await openGateway({ projector: 2 });
});
afterAll(() => gateway?.close());

/** Sends this number of new calls, and waits until they are stored. */
async function storeCalls(count: number): Promise<void> {
  const bodies = shuffle(bodiesOfCalls(count));
  await postAll(gateway, bodies);
  sent.push(...bodies);
  await expectStored(gateway, sent);
}

const rebuild = (args: string[] = [], options: { main?: string; env?: NodeJS.ProcessEnv } = {}) =>
  startRebuild(args, { ...options, env: { ...rebuildEnv(gateway), ...options.env } });

/**
 * Collections that services write without events: the daily jobs of projectors, and the ready realtime
 * instances.
 */
const NOTES = ["jobs", "instances"];

/** Waits until the projectors have done their daily jobs. Their ticks move every position. */
const untilTicked = () =>
  eventually(async () => {
    const ticked = await gateway.db.collection("positions").countDocuments({ next: { $gt: 0 } });
    expect([ticked, await gateway.lag()]).toEqual([2 * PARTITIONS, 0]);
  }, 60_000);

/** Everything in the database except the services' own notes. */
async function dump(): Promise<Record<string, unknown[]>> {
  const all = (await gateway.db.listCollections().toArray()).map(({ name }) => name).sort();
  const names = all.filter((name) => !NOTES.includes(name));
  const read = names.map(async (name) => [
    name,
    await gateway.db.collection(name).find().sort({ _id: 1 }).toArray(),
  ]);
  return Object.fromEntries(await Promise.all(read));
}

test("a rebuild --until a moment writes the calls that were stored at that moment", async () => {
  const moments: { at: Date; calls: unknown[] }[] = [];
  const bodies = shuffle(bodiesOfCalls(90));
  for (let part = 0; part < 3; part++) {
    const some = bodies.slice((part * bodies.length) / 3, ((part + 1) * bodies.length) / 3);
    await postAll(gateway, some);
    sent.push(...some);
    await expectStored(gateway, sent);
    // the next event is received in another millisecond
    await sleep(5);
    moments.push({ at: new Date(), calls: comparable(await gateway.calls()) });
    await sleep(5);
  }
  const now = comparable(await gateway.calls());
  for (const { at, calls } of moments) {
    const outcome = await rebuild(["--until", at.toISOString(), "--into", "then"]).done;
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining("collection past_then") });
    const past = await gateway.db
      .collection("past_then")
      .find({}, { projection: { _id: 0 } })
      .toArray();
    expect(comparable(past)).toEqual(calls);
  }
  expect(comparable(await gateway.calls())).toEqual(now);
  const names = (await gateway.db.listCollections().toArray()).map(({ name }) => name);
  expect(names.filter((name) => name.startsWith("past_"))).toEqual(["past_then"]);
});

/** Sorts calls by id and removes the version, which is the time of the write. */
const comparable = (calls: Record<string, unknown>[]) =>
  calls.map(({ version: _version, ...call }) => call).sort((one, other) => Number(one.id) - Number(other.id));

const KILLABLE = join(ROOT, "test/support/rebuild/mortal-command.ts");
const RANDOM_DEATHS = LONG ? 20 : 1;
/**
 * The places at which the rebuild dies: between a commit and its notice, between the notice and its confirmation, and
 * after a random number of milliseconds.
 */
const DEATHS: NodeJS.ProcessEnv[] = noteSeed("deaths", [
  ...(LONG ? ["refold 1", "refold 5", "notify 1", "notify 5"] : ["refold 5", "notify 1"]).map((DIE_AT) => ({
    DIE_AT,
  })),
  ...Array.from({ length: RANDOM_DEATHS }, () => ({ DIE_AFTER_MS: String(Math.floor(Math.random() * 150)) })),
]);

test("a rebuild that is killed in the middle and run again corrects every call, and sends the missing notices", async () => {
  await storeCalls(90);
  for (const [round, env] of DEATHS.entries()) {
    await plantDamage(gateway.db, round);
    const board = await followCalls(gateway.realtime[0]!.url);
    const killed = await rebuild([], { main: KILLABLE, env }).done;
    if (env.DIE_AT) expect([env, killed.signal]).toEqual([env, "SIGKILL"]);
    const { code, stderr } = await rebuild().done;
    expect([env, code, stderr]).toEqual([env, 0, expect.any(String)]);
    await expectStored(gateway, sent);
    await expectShown(board, gateway);
    board.close();
  }
  const left = await gateway.db.collection("positions").countDocuments({ untold: { $exists: true } });
  expect(left).toBe(0);
});

test("Ctrl-C ends a rebuild with 130 after its current step, and the next run continues", async () => {
  await storeCalls(60);
  await plantDamage(gateway.db);
  const running = rebuild([], { main: KILLABLE, env: { INTERRUPT_AT: "refold 1" } });
  expect(await running.done).toMatchObject({ code: 130, stderr: expect.stringContaining("run it again") });
  expect((await rebuild().done).code).toBe(0);
  await expectStored(gateway, sent);
});

test("a rebuild under live traffic corrects every call, and notifies every client that saw a wrong one", async () => {
  await storeCalls(60);
  const { invented } = await plantDamage(gateway.db);
  const board = await followCalls(gateway.realtime[0]!.url);
  const sending = keepSending(gateway);
  await sending.untilMore(300);
  // the command takes about two seconds to load and connect
  sending.pause(500);
  const { code, stdout } = await rebuild().done;
  await sending.untilMore(50);
  sent.push(...(await sending.stop()));
  expect([code, stdout]).toEqual([0, expect.stringContaining(`${invented} removed (calls without events)`)]);
  await expectStored(gateway, sent);
  await expectShown(board, gateway);
  board.close();
});

// last in this file, because it leaves calls that are wrong
test("a dry run reports how much differs and in which fields, names no call, and changes nothing", async () => {
  await storeCalls(60);
  const { altered, missing, invented } = await plantDamage(gateway.db);
  await untilTicked();
  const before = await dump();
  const { code, stdout, stderr } = await rebuild(["--dry-run"]).done;
  expect([code, stderr]).toEqual([0, ""]);
  const counts = `${altered} would be changed, ${missing} would be added (events without a call), ${invented} would be removed`;
  expect(stdout).toContain(counts);
  expect(stdout).toContain(`  events and receptions: ${altered}\n`);
  expect(stdout).not.toMatch(/invented|\d{10}\.\d/);
  expect(await dump()).toEqual(before);
});
