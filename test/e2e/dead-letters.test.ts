import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createOutlet } from "@teravoz/ingest";
import { ROOT } from "@teravoz/stack";
import { anHourAgo } from "../support/an-hour-ago.ts";
import { eventually } from "../support/eventually.ts";
import { type Gateway, openGateway } from "../support/gateway.ts";
import { readTopic } from "../support/kafka.ts";

const ADMIN_TOKEN = "an-old-admin-token,the-next-admin-token";
const FIRST_SEEN = anHourAgo();

let gateway: Gateway;
const dir = mkdtempSync(join(tmpdir(), "teravoz-letters-"));
const diedFile = join(dir, "died");
beforeAll(async () => {
  gateway = await openGateway({
    mains: { projector: join(ROOT, "test/support/dies-after-redrive.ts") },
    env: { ADMIN_TOKEN, DIED_FILE: diedFile },
  });
});
afterAll(async () => {
  await gateway?.close();
  rmSync(dir, { recursive: true });
});

type Outcome = { code: number; stdout: string; stderr: string };

/** `pnpm dead-letters` as a process. */
function run(args: string[], env: NodeJS.ProcessEnv = { ADMIN_TOKEN }): Promise<Outcome> {
  const command = [join(ROOT, "services/projector/src/dead-letters-command/command.ts"), ...args];
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      command,
      { env: { ...process.env, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
const projector = () => gateway.projector[0]!;
const at = (...args: string[]) => [...args, "--url", projector().url];
const listed = async (...filters: string[]) =>
  JSON.parse((await run(at("list", "--json", ...filters))).stdout);

const NUMBER = "5511987650001";
const unknownBody = (n: number) =>
  `{"type":"call.imagined","call_id":"imagined.${n}","their_number":"${NUMBER}"}`;
const laterBody = (n: number) =>
  `{"type":"call.new","call_id":"later.${n}","sid":"${n}","their_number":"${NUMBER}"}`;

/** As an older release would have refused them, which did not know their type. */
async function refuseAsOlder(bodies: string[]): Promise<void> {
  const { codec, topics } = gateway.opened;
  const { park } = createOutlet({ codec, publisher: gateway.opened.publisher(), topics });
  const refused = { key: null, reason: "unprocessable", receivedAt: FIRST_SEEN };
  for (const body of bodies) await park({ ...refused, body: Buffer.from(body) });
}

test("what ingest refuses is listed for people and for programs, without its body", async () => {
  for (let n = 0; n < 12; n += 1) expect((await gateway.post(unknownBody(n))).status).toBe(422);
  const letters = await eventually(async () => {
    const found = await listed();
    expect(found).toHaveLength(12);
    return found;
  }, 30_000);
  expect(letters[0]).toMatchObject({
    reason: "unprocessable",
    type: "call.imagined",
    status: "waiting",
    copies: 1,
  });
  const { code, stdout } = await run(at("list", "--limit", "5"));
  expect([code, stdout.trim().split("\n")]).toEqual([
    0,
    expect.arrayContaining([expect.stringMatching(/^first seen/)]),
  ]);
  expect(stdout.trim().split("\n")).toHaveLength(6);
  expect(stdout + JSON.stringify(letters)).not.toContain(NUMBER);
  expect(await listed("--key", "imagined.3")).toMatchObject([{ key: "imagined.3" }]);
  expect(await listed("--type", "call.imaginary")).toEqual([]);
  expect(await listed("--since", new Date(Date.now() + 60_000).toISOString())).toEqual([]);
});

test("one is shown with its body", async () => {
  const [{ id }] = await listed("--key", "imagined.3");
  const { code, stdout } = await run(at("show", id));
  expect([code, stdout]).toEqual([0, expect.stringContaining(unknownBody(3))]);
  const unknown = await run(at("show", "0".repeat(64), id, "--json"));
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("no such dead letter")]);
  expect(JSON.parse(unknown.stdout)).toMatchObject({ id, body: unknownBody(3), encoding: "utf8" });
});

test("what is still refused ends with 1, says why, and waits on", async () => {
  const dry = await run(at("redrive", "--all", "--type", "call.imagined", "--dry-run"));
  expect([dry.code, dry.stdout]).toEqual([1, "0 would be redriven, 12 refused\n"]);
  const { code, stdout, stderr } = await run(at("redrive", "--all", "--type", "call.imagined"));
  expect([code, stdout]).toEqual([1, "0 redriven, 12 refused\n"]);
  expect(stderr.match(/\/type: is none of/g)).toHaveLength(12);
  expect(await listed("--status", "waiting")).toHaveLength(12);
});

test("killed between Kafka's acknowledgement and the mark, it is asked again until it is there: each event is stored once", async () => {
  const bodies = Array.from({ length: 40 }, (_, n) => laterBody(n));
  await refuseAsOlder(bodies);
  await eventually(async () => expect(await listed("--type", "call.new")).toHaveLength(40), 30_000);
  const dry = await run(at("redrive", "--all", "--type", "call.new", "--dry-run"));
  expect([dry.code, dry.stdout]).toEqual([0, "40 would be redriven, 0 refused\n"]);
  expect(existsSync(diedFile)).toBe(false);

  const running = run(at("redrive", "--all", "--type", "call.new"));
  await projector().exited;
  expect(existsSync(diedFile)).toBe(true);
  await projector().start();
  const { code, stdout, stderr } = await running;
  expect([code, stdout]).toEqual([0, "40 redriven, 0 refused\n"]);
  expect(stderr).toContain("trying again");

  // a second redrive of all, and the vendor sends them too
  const again = await run(at("redrive", "--all", "--type", "call.new", "--status", "redriven"));
  expect(again.stdout).toBe("40 redriven, 0 refused\n");
  for (const body of bodies) expect((await gateway.post(body)).status).toBe(200);
  const log = await readTopic(gateway.opened, gateway.opened.topics.callEvents);
  // redriven twice, once more by the one that died, and sent
  expect(log.filter(({ value }) => value !== null).length).toBeGreaterThan(120);
  await eventually(async () => expect(await gateway.lag()).toBe(0), 30_000);
  const events = await gateway.events();
  expect(events.map(({ payload }) => payload).sort()).toEqual([...bodies].sort());
  for (const { received_at } of events) expect(received_at).toEqual(FIRST_SEEN);
  expect((await gateway.calls()).map(({ events: count }) => count)).toEqual(bodies.map(() => 1));
}, 120_000);

test("many are dropped only with --yes, and their bodies are gone", async () => {
  const dry = await run(at("drop", "--all", "--type", "call.imagined", "--dry-run"));
  expect([dry.code, dry.stdout]).toEqual([0, "12 would be dropped, 0 refused\n"]);
  const asked = await run(at("drop", "--all", "--type", "call.imagined"));
  expect([asked.code, asked.stderr]).toEqual([1, expect.stringContaining("add --yes")]);
  expect(await listed("--status", "waiting")).toHaveLength(12);
  const [{ id }] = await listed("--key", "imagined.3");
  const { code, stdout } = await run(at("drop", "--all", "--type", "call.imagined", "--yes"));
  expect([code, stdout]).toEqual([0, "12 dropped, 0 refused\n"]);
  expect(await listed("--status", "waiting")).toEqual([]);
  expect((await run(at("show", id))).stdout).toContain("(dropped)");
  expect(await run(at("redrive", id))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("was dropped"),
  });
  // the vendor goes on sending what it was answered with 422
  expect((await gateway.post(unknownBody(3))).status).toBe(422);
  await eventually(
    async () => expect(await listed("--key", "imagined.3")).toMatchObject([{ copies: 2, status: "dropped" }]),
    30_000,
  );
});

test("the gauge says how many wait", async () => {
  expect((await gateway.post(unknownBody(99))).status).toBe(422);
  await eventually(async () => {
    const metrics = await (await fetch(`${projector().url}/metrics`)).text();
    expect(metrics).toContain("teravoz_dead_letters_waiting_records 1\n");
  }, 40_000);
}, 60_000);

test("help, mistakes and closed doors are told in words, with 1 where nothing was done", async () => {
  expect(await run(["--help"])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("dead-letters redrive --all"),
  });
  expect(await run([])).toMatchObject({ code: 1, stderr: expect.stringContaining("Usage:") });
  expect(await run(["redrive"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("give ids, or --all"),
  });
  expect(await run(["redrive", "--type", "x"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("--all"),
  });
  expect(await run(["drop", "a", "--all"])).toMatchObject({ code: 1 });
  expect(await run(["list", "--status", "gone"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("waiting"),
  });
  expect(await run(at("list", "--since", "yesterday"))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("/since: must be a time"),
  });
  const closed = { code: 1, stderr: expect.stringContaining("the token is missing or wrong") };
  expect(await run(at("list"), { ADMIN_TOKEN: "" })).toMatchObject(closed);
  expect(await run(at("list", "--token", "wrong"))).toMatchObject(closed);
  expect(await run(at("list", "--token", "the-next-admin-token"))).toMatchObject({ code: 0 });
});

test("where nothing answers it tries again for a while, then says so", async () => {
  const nobody = await run(["list", "--url", "http://127.0.0.1:1"]);
  expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining("does not answer")]);
  expect(nobody.stderr.match(/trying again/g)).toHaveLength(5);
}, 60_000);
