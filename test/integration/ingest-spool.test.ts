import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { ServiceHandle, Stack } from "@teravoz/stack";
import { ADMIN_TOKEN, ask, findText } from "../support/erasing.ts";
import { eventually } from "../support/eventually.ts";
import { expectStored, type Gateway, openGateway } from "../support/gateway.ts";
import { readTopic } from "../support/kafka.ts";
import { type OwnStack, openOwnStack } from "../support/own-stack.ts";
import { bodiesOfCalls } from "../support/traffic.ts";

let stack: Stack;
let own: OwnStack;
beforeAll(async () => {
  // one of its own: nobody else's broker is killed
  own = await openOwnStack();
  stack = own.stack;
});
afterAll(async () => {
  await own?.close();
});

/** The publisher's. */
const DEADLINE_MS = 5_000;

let spool: string;
let gateway: Gateway;
beforeEach(async () => {
  spool = await mkdtemp(join(tmpdir(), "teravoz-spool-"));
  gateway = await openGateway({
    ingest: 2,
    projector: 1,
    realtime: 0,
    env: { SPOOL_DIR: spool, ADMIN_TOKEN },
  });
});
afterEach(async () => {
  await stack.resume("kafka");
  await stack.start("kafka");
  await gateway?.close();
  await rm(spool, { recursive: true, force: true });
});

/** Sends all, 32 at once, to one of the ingests; answers how often each status came. */
async function sendAll(bodies: readonly string[], ingest: ServiceHandle): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  const rest = bodies.values();
  const worker = async () => {
    for (const body of rest) {
      const { status } = await fetch(`${ingest.url}/webhook`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
      });
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  return statuses;
}

type Readiness = { status: string; checks: Record<string, { ok: boolean; reason?: string }> };
const readiness = async ({ url }: ServiceHandle) =>
  (await (await fetch(`${url}/readyz`)).json()) as Readiness;
const both = () => gateway.ingest as [ServiceHandle, ServiceHandle];
const directories = async () => (await readdir(spool)).filter((name) => name.startsWith("ingest-"));

/** Names of the files under the spool in which a text stands. */
async function findInSpool(text: string): Promise<string[]> {
  const files = (await readdir(spool, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  );
  const read = files.map(async ({ parentPath, name }) =>
    (await readFile(join(parentPath, name))).includes(text) ? [name] : [],
  );
  return (await Promise.all(read)).flat();
}

test("with the broker dead every event is answered 200 and a refusal 422; the ingest is killed and started again: with the broker all are stored, each once", async () => {
  const [first] = both();
  const bodies = bodiesOfCalls(200);
  expect(bodies.length).toBeGreaterThan(1_000);
  const before = bodies.slice(0, 100);
  expect(await sendAll(before, first)).toEqual({ 200: 100 });
  await stack.kill("kafka");
  expect(await sendAll(bodies.slice(100), first)).toEqual({ 200: bodies.length - 100 });
  const refused = '{"type":"call.exploded","call_id":"spooled"}';
  expect(await sendAll([refused], first)).toEqual({ 422: 1 });
  const { status, checks } = await readiness(first);
  expect([status, checks.spool!.reason]).toEqual([
    "ok",
    expect.stringMatching(/^\d+ records wait, \d+ bytes/),
  ]);
  first.kill("SIGKILL");
  await first.exited;
  // without broker: what the dead one has left is kept
  await first.start();
  await first.ready();
  await stack.start("kafka");
  await expectStored(gateway, bodies, 90_000);
  // refusals have a producer of their own: theirs may come after the events
  await eventually(async () => {
    const letters = await readTopic(gateway.opened, gateway.opened.topics.deadLetters);
    expect(letters.map(({ key, value }) => [String(key), String(value)])).toEqual([["spooled", refused]]);
  });
  await eventually(async () => expect(await directories()).toHaveLength(2), 30_000);
});

test("of two in one directory one is killed: the other sends what it has left; a stopped one keeps what is its own", async () => {
  const [first, second] = both();
  await stack.kill("kafka");
  const bodies = bodiesOfCalls(30);
  const half = bodies.length / 2;
  expect(await sendAll(bodies.slice(0, half), first)).toEqual({ 200: Math.ceil(half) });
  first.kill("SIGSTOP");
  await stack.start("kafka");
  // longer than it takes to look for what dead ones have left
  await eventually(async () => expect((await readiness(second)).checks.kafka!.ok).toBe(true), 60_000);
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  expect(await directories()).toHaveLength(2);
  expect(await gateway.events()).toEqual([]);
  first.kill("SIGKILL");
  expect(await sendAll(bodies.slice(half), second)).toEqual({ 200: Math.floor(half) });
  await expectStored(gateway, bodies, 60_000);
  // removed once the last record in it is acknowledged
  await eventually(async () => expect(await directories()).toHaveLength(1));
});

test("SIGTERM while the broker is away: exit 1, and the log names what is left; started without broker and registry it is ready all the same, and with them sends all", async () => {
  const [first] = both();
  await stack.kill("kafka");
  const bodies = bodiesOfCalls(6);
  const [before, after] = [bodies.slice(0, 5), bodies.slice(5)];
  expect(await sendAll(before, first)).toEqual({ 200: before.length });
  expect(await first.stop()).toBe(1);
  const lines = (await readFile(first.log, "utf8")).split("\n");
  const line = JSON.parse(lines.find((each) => each.includes("spool not empty"))!);
  expect(line).toMatchObject({ level: "error", records: before.length });
  await stack.kill("registry");
  await first.start();
  await first.ready();
  expect(await sendAll(after, first)).toEqual({ 200: after.length });
  await stack.start("kafka");
  await stack.start("registry");
  await expectStored(gateway, bodies, 60_000);
  await eventually(async () => expect((await readiness(first)).checks.spool).toEqual({ ok: true }));
  expect(await first.stop()).toBe(0);
  await eventually(async () => expect(await directories()).toHaveLength(1));
});

test("with the broker paused no event waits longer than the publisher's deadline, later ones do not wait at all", async () => {
  const [first] = both();
  const bodies = bodiesOfCalls(60);
  await stack.pause("kafka");
  // the broker is paused until all are answered: nothing waits for it
  const began = performance.now();
  expect(await sendAll(bodies.slice(0, 32), first)).toEqual({ 200: 32 });
  expect(performance.now() - began).toBeLessThan(3 * DEADLINE_MS);
  const again = performance.now();
  expect(await sendAll(bodies.slice(32), first)).toEqual({ 200: bodies.length - 32 });
  // 32 at once in several rounds: one that waited for the deadline would be past this alone
  expect(performance.now() - again).toBeLessThan(DEADLINE_MS);
  await stack.resume("kafka");
  await expectStored(gateway, bodies, 60_000);
});

test("an event that waits in the spool while its call is erased stays out, and nothing of it is left on the disk, in the database or in the log", async () => {
  const [first] = both();
  const url = gateway.projector[0]!.url;
  const number = "5511987655555";
  const body = (call_id: string, type: string) => JSON.stringify({ type, call_id, their_number: number });
  const known = body("erased", "call.new");
  expect(await sendAll([known], first)).toEqual({ 200: 1 });
  await eventually(async () => expect(await gateway.events()).toHaveLength(1), 30_000);
  await stack.kill("kafka");
  // news of the call, and what is known of it once more
  expect(await sendAll([body("erased", "call.finished"), known], first)).toEqual({ 200: 2 });
  expect(await findInSpool(number)).toHaveLength(1);
  first.kill("SIGSTOP");
  await stack.start("kafka");
  await eventually(async () => expect((await ask(url, "DELETE", "/calls/erased")).status).toBe(202), 60_000);
  await eventually(async () => {
    const { body: receipt } = await ask(url, "GET", "/calls/erased/erasure");
    expect(receipt.data.clean_at).not.toBeNull();
  }, 60_000);
  expect(await findText(gateway, number)).toEqual([]);
  first.kill("SIGCONT");
  const ofCall = async () =>
    (await readTopic(gateway.opened, gateway.opened.topics.callEvents))
      .filter(({ key }) => String(key) === "erased")
      .map(({ value }) => value !== null);
  await eventually(async () => {
    const values = await ofCall();
    // what was on its way to the broker when that died may come beside what was kept
    expect(values.filter(Boolean).length).toBeGreaterThanOrEqual(3);
    expect([values.at(-1), await gateway.lag()]).toEqual([false, 0]);
  }, 60_000);
  expect(await findText(gateway, number)).toEqual([]);
  // a file goes when all of it is acknowledged, a moment after the last record is in the log
  await eventually(async () => expect(await findInSpool(number)).toEqual([]));
});
