import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createOutlet } from "@teravoz/ingest";
import { ROOT } from "@teravoz/stack";
import { anHourAgo } from "../support/an-hour-ago.ts";
import { eventually } from "../support/eventually.ts";
import { type Gateway, openGateway } from "../support/services/gateway.ts";
import { readTopic } from "../support/stack/kafka.ts";
import { postAll } from "../support/traffic/sending.ts";

const ADMIN_TOKEN = "an-old-admin-token,the-next-admin-token";
const FIRST_SEEN = anHourAgo();

let gateway: Gateway;
/** A run of the command without a server. It runs beside all other tests, because it retries for 16 s. */
let unanswered: Promise<CommandResult>;
const dir = mkdtempSync(join(tmpdir(), "teravoz-letters-"));
const diedFile = join(dir, "died");
beforeAll(async () => {
  unanswered = run(["list", "--url", "http://127.0.0.1:1"]);
  gateway = await openGateway({
    mains: { projector: join(ROOT, "test/support/services/dies-after-redrive.ts") },
    env: { ADMIN_TOKEN, DIED_FILE: diedFile },
  });
});
afterAll(async () => {
  await gateway?.close();
  rmSync(dir, { recursive: true });
});

type CommandResult = { code: number; stdout: string; stderr: string };

/** Runs `pnpm dead-letters` as a process. */
function run(args: string[], env: NodeJS.ProcessEnv = { ADMIN_TOKEN }): Promise<CommandResult> {
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
/** Waits until this number of dead letters of a type are stored. */
const untilStored = (type: string, count: number) =>
  eventually(async () =>
    expect(await gateway.db.collection("dead_letters").countDocuments({ type })).toBe(count),
  );

const NUMBER = "5511987650001";
const unknownBody = (n: number) =>
  `{"type":"call.imagined","call_id":"imagined.${n}","their_number":"${NUMBER}"}`;
const laterBody = (n: number) =>
  `{"type":"call.new","call_id":"later.${n}","sid":"${n}","their_number":"${NUMBER}"}`;

/** Parks bodies as an older release would, which did not know their type. */
async function refuseAsOlder(bodies: string[]): Promise<void> {
  const { codec, topics } = gateway.opened;
  const { park } = createOutlet({ codec, publisher: gateway.opened.publisher(), topics });
  const refused = { key: null, reason: "unprocessable", receivedAt: FIRST_SEEN };
  await Promise.all(bodies.map((body) => park({ ...refused, body: Buffer.from(body) })));
}

test("bodies refused by ingest are listed as a table and as JSON, without the bodies", async () => {
  const bodies = Array.from({ length: 12 }, (_, n) => unknownBody(n));
  const answers = await Promise.all(bodies.map((body) => gateway.post(body)));
  expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 422));
  await untilStored("call.imagined", 12);
  const [deadLetters, { code, stdout }, byKey, byType, later] = await Promise.all([
    listed(),
    run(at("list", "--limit", "5")),
    listed("--key", "imagined.3"),
    listed("--type", "call.imaginary"),
    listed("--since", new Date(Date.now() + 60_000).toISOString()),
  ]);
  expect(deadLetters).toHaveLength(12);
  expect(deadLetters[0]).toMatchObject({
    reason: "unprocessable",
    type: "call.imagined",
    status: "waiting",
    copies: 1,
  });
  expect([code, stdout.trim().split("\n")]).toEqual([
    0,
    expect.arrayContaining([expect.stringMatching(/^first seen/)]),
  ]);
  expect(stdout.trim().split("\n")).toHaveLength(6);
  expect(stdout + JSON.stringify(deadLetters)).not.toContain(NUMBER);
  expect(byKey).toMatchObject([{ key: "imagined.3" }]);
  expect([byType, later]).toEqual([[], []]);
});

test("a dead letter is shown with its body", async () => {
  const [{ id }] = await listed("--key", "imagined.3");
  const [{ code, stdout }, unknown] = await Promise.all([
    run(at("show", id)),
    run(at("show", "0".repeat(64), id, "--json")),
  ]);
  expect([code, stdout]).toEqual([0, expect.stringContaining(unknownBody(3))]);
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("no such dead letter")]);
  expect(JSON.parse(unknown.stdout)).toMatchObject({ id, body: unknownBody(3), encoding: "utf8" });
});

test("a redrive that is refused again exits with 1, reports the reasons and leaves the dead letters waiting", async () => {
  const all = ["redrive", "--all", "--type", "call.imagined"];
  const [dry, { code, stdout, stderr }] = await Promise.all([run(at(...all, "--dry-run")), run(at(...all))]);
  expect([dry.code, dry.stdout]).toEqual([1, "0 would be redriven, 12 refused\n"]);
  expect([code, stdout]).toEqual([1, "0 redriven, 12 refused\n"]);
  expect(stderr.match(/\/type: must be one of/g)).toHaveLength(12);
  expect(await listed("--status", "waiting")).toHaveLength(12);
});

test("if the projector is killed between Kafka's acknowledgement and the mark, the command retries until it is back, and each event is stored once", async () => {
  const bodies = Array.from({ length: 40 }, (_, n) => laterBody(n));
  await refuseAsOlder(bodies);
  await untilStored("call.new", 40);
  const dry = await run(at("redrive", "--all", "--type", "call.new", "--dry-run"));
  expect([dry.code, dry.stdout]).toEqual([0, "40 would be redriven, 0 refused\n"]);
  expect(existsSync(diedFile)).toBe(false);

  const running = run(at("redrive", "--all", "--type", "call.new"));
  await projector().exited;
  expect(existsSync(diedFile)).toBe(true);
  await projector().start();
  const { code, stdout, stderr } = await running;
  expect([code, stdout]).toEqual([0, "40 redriven, 0 refused\n"]);
  expect(stderr).toContain("retrying");

  // a second redrive of all, and the vendor sends them too
  const again = await run(at("redrive", "--all", "--type", "call.new", "--status", "redriven"));
  expect(again.stdout).toBe("40 redriven, 0 refused\n");
  await postAll(gateway, bodies);
  const log = await readTopic(gateway.opened, gateway.opened.topics.callEvents);
  // redriven twice, once more by the killed projector, and sent
  expect(log.filter(({ value }) => value !== null).length).toBeGreaterThan(120);
  await eventually(async () => expect(await gateway.lag()).toBe(0), 30_000);
  const events = await gateway.events();
  expect(events.map(({ payload }) => payload).sort()).toEqual([...bodies].sort());
  for (const { received_at } of events) expect(received_at).toEqual(FIRST_SEEN);
  expect((await gateway.calls()).map(({ events: count }) => count)).toEqual(bodies.map(() => 1));
});

test("several dead letters are dropped only with --yes, and then have no bodies", async () => {
  const all = ["drop", "--all", "--type", "call.imagined"];
  const [dry, asked, [{ id }]] = await Promise.all([
    run(at(...all, "--dry-run")),
    run(at(...all)),
    listed("--key", "imagined.3"),
  ]);
  expect([dry.code, dry.stdout]).toEqual([0, "12 would be dropped, 0 refused\n"]);
  expect([asked.code, asked.stderr]).toEqual([1, expect.stringContaining("add --yes")]);
  expect(await listed("--status", "waiting")).toHaveLength(12);
  const { code, stdout } = await run(at(...all, "--yes"));
  expect([code, stdout]).toEqual([0, "12 dropped, 0 refused\n"]);
  const [waiting, shown, redriven] = await Promise.all([
    listed("--status", "waiting"),
    run(at("show", id)),
    run(at("redrive", id)),
  ]);
  expect(waiting).toEqual([]);
  expect(shown.stdout).toContain("(dropped)");
  expect(redriven).toMatchObject({ code: 1, stderr: expect.stringContaining("was dropped") });
  // the vendor continues to send the bodies that were answered with 422
  expect((await gateway.post(unknownBody(3))).status).toBe(422);
  const deadLetters = gateway.db.collection("dead_letters");
  await eventually(async () =>
    expect(await deadLetters.findOne({ key: "imagined.3" })).toMatchObject({ copies: 2 }),
  );
  expect(await listed("--key", "imagined.3")).toMatchObject([{ copies: 2, status: "dropped" }]);
});

test("the gauge has the number of waiting dead letters", async () => {
  expect((await gateway.post(unknownBody(99))).status).toBe(422);
  await eventually(async () => {
    const metrics = await (await fetch(`${projector().url}/metrics`)).text();
    expect(metrics).toContain("teravoz_dead_letters_waiting_records 1\n");
  });
});

test("help, usage errors and wrong tokens are explained, with exit code 1 if nothing was done", async () => {
  const says = (text: string) => expect.stringContaining(text);
  const cases: [Promise<CommandResult>, Record<string, unknown>][] = [
    [run(["--help"]), { code: 0, stdout: says("dead-letters redrive --all") }],
    [run([]), { code: 1, stderr: says("Usage:") }],
    [run(["redrive"]), { code: 1, stderr: says("pass ids, or --all") }],
    [run(["redrive", "--type", "x"]), { code: 1, stderr: says("--all") }],
    [run(["drop", "a", "--all"]), { code: 1 }],
    [run(["list", "--status", "gone"]), { code: 1, stderr: says("waiting") }],
    [run(at("list", "--since", "yesterday")), { code: 1, stderr: says("/since: must be a time") }],
    [run(at("list"), { ADMIN_TOKEN: "" }), { code: 1, stderr: says("the token is missing or wrong") }],
    [run(at("list", "--token", "wrong")), { code: 1, stderr: says("the token is missing or wrong") }],
    [run(at("list", "--token", "the-next-admin-token")), { code: 0 }],
  ];
  for (const [outcome, expected] of cases) expect(await outcome).toMatchObject(expected);
});

test("without a server the command retries five times and then reports it", async () => {
  const { code, stderr } = await unanswered;
  expect([code, stderr]).toEqual([1, expect.stringContaining("does not answer")]);
  expect(stderr.match(/retrying/g)).toHaveLength(5);
});
