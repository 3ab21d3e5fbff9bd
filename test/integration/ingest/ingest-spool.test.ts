import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { ServiceHandle } from "@teravoz/stack";
import { eventually } from "../../support/eventually.ts";
import { ADMIN_TOKEN, ask, findText } from "../../support/services/erasing.ts";
import { expectStored, type Gateway, openGateway } from "../../support/services/gateway.ts";
import { readTopic } from "../../support/stack/kafka.ts";
import { type OwnParts, type OwnStack, openOwnStack } from "../../support/stack/own-stack.ts";
import { bodiesOfCalls } from "../../support/traffic/traffic.ts";

/** The publisher's deadline. */
const DEADLINE_MS = 5_000;
/** Interval of the search for abandoned spools. It is ten seconds in production. */
const ADOPT_MS = 1_000;
/**
 * Limit in ms for the return of a broker, the reconnect of clients and the draining of a spool, on a busy machine.
 */
const RECOVERY_MS = 90_000;

/** The directory of each ingest's spool, in the order of the ingests. Two of them share one. */
const SPOOLS = ["crashing", "stopping", "shared", "shared", "erasing"] as const;

let stack: OwnParts;
let own: OwnStack;
let root: string;
let gateway: Gateway;
beforeAll(async () => {
  // this suite kills its broker and its registry
  own = await openOwnStack();
  stack = own.stack;
  root = await mkdtemp(join(tmpdir(), "teravoz-spool-"));
  for (const name of new Set(SPOOLS)) await mkdir(join(root, name));
  gateway = await openGateway({
    ingest: SPOOLS.length,
    projector: 1,
    realtime: 0,
    mains: { ingest: join(import.meta.dirname, "../../support/services/ingest-adopting.ts") },
    env: { ADMIN_TOKEN, SPOOL_ADOPT_MS: String(ADOPT_MS) },
    envOf: (name) => {
      const spool = name.startsWith("ingest-") && SPOOLS[Number(name.slice("ingest-".length)) - 1];
      return spool ? { SPOOL_DIR: join(root, spool) } : {};
    },
  });
});
afterAll(async () => {
  for (const part of ["kafka", "registry"] as const) {
    await stack?.resume(part);
    await stack?.start(part);
  }
  await gateway?.close();
  await own?.close();
  await rm(root, { recursive: true, force: true });
});

const ingestsOf = (spool: (typeof SPOOLS)[number]) =>
  gateway.ingest.filter((_, n) => SPOOLS[n] === spool) as [ServiceHandle, ServiceHandle];

/** Every acknowledged event, except those of the erased call. */
const acknowledged: string[] = [];

/** Sends all to one ingest, 32 at once. Returns the number of answers of each status. */
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
      if (status === 200 && !body.includes(ERASED)) acknowledged.push(body);
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  return statuses;
}

/** The stored payloads that are among these bodies, each as often as it is stored. */
async function storedOf(bodies: readonly string[]): Promise<string[]> {
  const wanted = new Set(bodies);
  return (await gateway.events()).map(({ payload }) => payload).filter((payload) => wanted.has(payload));
}

/** Waits until each of the bodies is stored once. */
async function untilStored(bodies: readonly string[]): Promise<void> {
  await eventually(
    async () => expect((await storedOf(bodies)).length).toBeGreaterThanOrEqual(bodies.length),
    RECOVERY_MS,
  );
  expect((await storedOf(bodies)).sort()).toEqual(bodies.toSorted());
}

type Readiness = { status: string; checks: Record<string, { ok: boolean; reason?: string }> };
const readiness = async ({ url }: ServiceHandle) =>
  (await (await fetch(`${url}/readyz`)).json()) as Readiness;
const directories = async (spool: string) =>
  (await readdir(join(root, spool))).filter((name) => name.startsWith("ingest-"));

/** The names of the files in the spools that hold a text. */
async function findInSpools(text: string): Promise<string[]> {
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  );
  const read = files.map(async ({ parentPath, name }) => {
    // a file is removed once it was sent
    const bytes = await readFile(join(parentPath, name)).catch(() => Buffer.alloc(0));
    return bytes.includes(text) ? [name] : [];
  });
  return (await Promise.all(read)).flat();
}

test("with the broker paused, no event waits longer than the publisher's deadline, and later ones do not wait", async () => {
  const [ingest] = ingestsOf("crashing");
  const bodies = bodiesOfCalls(60);
  await stack.pause("kafka");
  // the broker stays paused until all are answered, so none of them waited for it
  const began = performance.now();
  expect(await sendAll(bodies.slice(0, 32), ingest)).toEqual({ 200: 32 });
  expect(performance.now() - began).toBeLessThan(3 * DEADLINE_MS);
  const again = performance.now();
  expect(await sendAll(bodies.slice(32), ingest)).toEqual({ 200: bodies.length - 32 });
  // 32 at once in several rounds: one that waited for the deadline would exceed this limit alone
  expect(performance.now() - again).toBeLessThan(DEADLINE_MS);
  await stack.resume("kafka");
  await untilStored(bodies);
});

/** Resolves when the broker is back. It starts once all scenarios have called this or have ended. */
type Back = () => Promise<void>;
type Scenario = (back: Back) => Promise<void>;

/**
 * Runs scenarios side by side in one outage of the broker, which takes longer than they do. Returns their
 * outcomes at once.
 */
function shareOutage(scenarios: readonly Scenario[]): Promise<void>[] {
  const recovered = Promise.withResolvers<void>();
  const absent = new Set(scenarios);
  const leave = (scenario: Scenario) => {
    if (absent.delete(scenario) && absent.size === 0)
      stack.start("kafka").then(recovered.resolve, recovered.reject);
    return recovered.promise;
  };
  const outcomes = scenarios.map((scenario) =>
    scenario(() => leave(scenario)).finally(() => void leave(scenario)),
  );
  // each is awaited in its own test, perhaps after it has failed
  for (const promise of [...outcomes, recovered.promise]) promise.catch(() => {});
  return outcomes;
}

const ERASED = '"call_id":"erased"';
const NUMBER = "5511987655555";
const bodyOfErased = (type: string) => `{"type":"${type}",${ERASED},"their_number":"${NUMBER}"}`;

describe("in an outage of the broker", () => {
  const bodies = bodiesOfCalls(200);
  let outcomes: Promise<void>[];
  beforeAll(async () => {
    expect(bodies.length).toBeGreaterThan(1_000);
    expect(await sendAll(bodies.slice(0, 100), ingestsOf("crashing")[0])).toEqual({ 200: 100 });
    expect(await sendAll([bodyOfErased("call.new")], ingestsOf("erasing")[0])).toEqual({ 200: 1 });
    await untilStored([...bodies.slice(0, 100), bodyOfErased("call.new")]);
    await stack.kill("kafka");
    outcomes = shareOutage([crash, stop, adopt, erase]);
  });

  test("every event is answered 200 and a refusal 422 by an ingest that is then killed, and with the broker back all are stored once", () =>
    outcomes[0]);

  test("SIGTERM ends the ingest with exit code 1 and logs what is left; started without broker and registry it is ready, and with them it sends everything", () =>
    outcomes[1]);

  test("if one of two ingests with one directory is killed, the other sends its spool; while it is only stopped, its spool stays untouched", () =>
    outcomes[2]);

  test("an event that waits in the spool while its call is erased is not stored, and nothing of it is left on the disk, in the database or in the log", () =>
    outcomes[3]);

  test("every acknowledged event is stored once, and nothing else is stored", async () => {
    await Promise.allSettled(outcomes);
    await expectStored(gateway, acknowledged);
  });

  async function crash(back: Back): Promise<void> {
    const [ingest] = ingestsOf("crashing");
    expect(await sendAll(bodies.slice(100), ingest)).toEqual({ 200: bodies.length - 100 });
    const refused = '{"type":"call.exploded","call_id":"spooled"}';
    expect(await sendAll([refused], ingest)).toEqual({ 422: 1 });
    const { status, checks } = await readiness(ingest);
    expect([status, checks.spool!.reason]).toEqual([
      "ok",
      expect.stringMatching(/^\d+ records wait, \d+ bytes/),
    ]);
    ingest.kill("SIGKILL");
    await ingest.exited;
    // without the broker, the spool of the dead process is kept
    await ingest.start();
    await ingest.ready();
    await back();
    await untilStored(bodies);
    // refusals have a separate producer, so they may arrive after the events
    await eventually(async () => {
      const deadLetters = await readTopic(gateway.opened, gateway.opened.topics.deadLetters);
      expect(deadLetters.map(({ key, value }) => [String(key), String(value)])).toEqual([
        ["spooled", refused],
      ]);
    });
    await eventually(async () => expect(await directories("crashing")).toHaveLength(1));
  }

  async function stop(back: Back): Promise<void> {
    const [ingest] = ingestsOf("stopping");
    const some = bodiesOfCalls(6);
    const [before, after] = [some.slice(0, 5), some.slice(5)];
    expect(await sendAll(before, ingest)).toEqual({ 200: before.length });
    expect(await ingest.stop()).toBe(1);
    const lines = (await readFile(ingest.log, "utf8")).split("\n");
    const line = JSON.parse(lines.find((each) => each.includes("spool not empty"))!);
    expect(line).toMatchObject({ level: "error", records: before.length });
    await stack.kill("registry");
    await ingest.start();
    await ingest.ready();
    expect(await sendAll(after, ingest)).toEqual({ 200: after.length });
    await back();
    await stack.start("registry");
    await untilStored(some);
    await eventually(async () => expect((await readiness(ingest)).checks.spool).toEqual({ ok: true }));
    expect(await ingest.stop()).toBe(0);
    expect(await directories("stopping")).toEqual([]);
  }

  async function adopt(back: Back): Promise<void> {
    const [first, second] = ingestsOf("shared");
    const some = bodiesOfCalls(30);
    const half = Math.ceil(some.length / 2);
    expect(await sendAll(some.slice(0, half), first)).toEqual({ 200: half });
    first.kill("SIGSTOP");
    await back();
    await eventually(async () => expect((await readiness(second)).checks.kafka!.ok).toBe(true), RECOVERY_MS);
    // long enough for several searches for abandoned spools
    await sleep(3 * ADOPT_MS);
    expect(await directories("shared")).toHaveLength(2);
    expect(await storedOf(some)).toEqual([]);
    first.kill("SIGKILL");
    expect(await sendAll(some.slice(half), second)).toEqual({ 200: some.length - half });
    await untilStored(some);
    // a directory is removed once the last record in it is acknowledged
    await eventually(async () => expect(await directories("shared")).toHaveLength(1));
  }

  async function erase(back: Back): Promise<void> {
    const [ingest] = ingestsOf("erasing");
    const url = gateway.projector[0]!.url;
    // a new event of the call, and a repeated one
    const news = [bodyOfErased("call.finished"), bodyOfErased("call.new")];
    expect(await sendAll(news, ingest)).toEqual({ 200: 2 });
    expect(await findInSpools(NUMBER)).toHaveLength(1);
    ingest.kill("SIGSTOP");
    await back();
    await eventually(
      async () => expect((await ask(url, "DELETE", "/calls/erased")).status).toBe(202),
      RECOVERY_MS,
    );
    await eventually(async () => {
      const { body: receipt } = await ask(url, "GET", "/calls/erased/erasure");
      expect(receipt.data.clean_at).not.toBeNull();
    }, RECOVERY_MS);
    expect(await findText(gateway, NUMBER)).toEqual([]);
    ingest.kill("SIGCONT");
    const ofCall = async () =>
      (await readTopic(gateway.opened, gateway.opened.topics.callEvents))
        .filter(({ key }) => String(key) === "erased")
        .map(({ value }) => value !== null);
    await eventually(async () => {
      const values = await ofCall();
      // records that were in flight when the broker died may be in the log twice, since they were spooled too
      expect(values.filter(Boolean).length).toBeGreaterThanOrEqual(3);
      expect([values.at(-1), await gateway.lag()]).toEqual([false, 0]);
    }, RECOVERY_MS);
    expect(await findText(gateway, NUMBER)).toEqual([]);
    // a file is removed when all its records are acknowledged, a moment after the last one is in the log
    await eventually(async () => expect(await findInSpools(NUMBER)).toEqual([]));
  }
});
