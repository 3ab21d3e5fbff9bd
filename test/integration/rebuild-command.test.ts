import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Call, foldCall } from "@teravoz/domain";
import { ROOT } from "@teravoz/stack";
import {
  createMongoAccount,
  type MongoConnection,
  type MongoStore,
  type PastOutcome,
  writePast,
} from "@teravoz/store";
import { startRebuild } from "../support/rebuild/command.ts";
import { openTopics } from "../support/stack/kafka.ts";
import {
  batchOf,
  dropDatabase,
  freshDatabase,
  openStore,
  sampleEvent,
  uriOf,
} from "../support/stack/store.ts";

let connection: MongoConnection;
let store: MongoStore;
const uri = uriOf(freshDatabase()).href;
beforeAll(async () => {
  ({ connection, store } = await openStore(uri));
});
afterAll(() => dropDatabase(connection));

const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  startRebuild(args, { env: { MONGODB_URI: uri, TOPIC_PREFIX: "unused.", ...env } }).done;

/** Runs a service until its process ends. */
async function runService(
  kind: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; log: string }> {
  const child = spawn(process.execPath, [join(ROOT, `services/${kind}/src/main.ts`)], {
    env: { ...process.env, ...env, PORT: "0", NODE_ENV: "development" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let log = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    log += text;
  });
  const [code] = await once(child, "close");
  return { code, log };
}

// services/projector/src/rebuild/options.test.ts tests each wrong argument
test("`rebuild:calls` describes itself with --help, and exits with 1 and the reason for wrong arguments", async () => {
  const [help, wrong] = await Promise.all([run(["--help"]), run(["--into", "march"])]);
  expect(help.code).toBe(0);
  for (const text of ["--dry-run", "--until <time>", "--into <name>", "Examples:", "Exits with 0"])
    expect(help.stdout).toContain(text);
  const said = expect.stringContaining("--until and --into must be used together");
  expect(wrong).toMatchObject({ code: 1, stdout: "", stderr: said });
});

test("`rebuild:calls` names the part that does not answer and its setting, and changes nothing", async () => {
  const away = "127.0.0.1:1";
  const [mongodb, registry, kafka, settings] = await Promise.all([
    run(["--dry-run"], { MONGODB_URI: `mongodb://${away}/calls?directConnection=true` }),
    run([], { SCHEMA_REGISTRY_URL: `http://${away}/` }),
    run([], { KAFKA_BROKERS: away }),
    run([], { KAFKA_BROKERS: "nonsense" }),
  ]);
  expect(mongodb).toMatchObject({ code: 1, stderr: expect.stringContaining("MONGODB_URI") });
  expect(registry).toMatchObject({ code: 1, stderr: expect.stringContaining("SCHEMA_REGISTRY_URL") });
  // no topic of this prefix has a schema, which is checked first
  expect(kafka).toMatchObject({ code: 1, stderr: expect.stringContaining("run `topics` first") });
  expect(settings).toMatchObject({ code: 1, stderr: expect.stringContaining("KAFKA_BROKERS: ") });
  expect(await connection.db.collection("positions").countDocuments()).toBe(0);
});

test("calls are folded for one region: another region is refused until it is adopted", async () => {
  const uri = uriOf(freshDatabase()).href;
  const [opened, { connection, store }] = await Promise.all([openTopics(), openStore(uri)]);
  const payload = '{"type":"call.new","call_id":"abroad","their_number":"912 345 678"}';
  await store.apply(batchOf([{ ...sampleEvent({ aggregate_id: "abroad" }), payload }], null, 0), foldCall);
  const account = createMongoAccount(connection);
  await account.claim({ region: "BR", senderZone: "UTC" });
  const env = { MONGODB_URI: uri, ACCOUNT_REGION: "PT" };
  const refused = await run(["--dry-run"], env);
  const said =
    "set ACCOUNT_REGION=BR, or stop the projectors and run `npx -y pnpm rebuild:calls --adopt-rules`";
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(said) });
  const canonical = async () =>
    (await store.findCalls(["abroad"])).map(({ their_number_canonical }) => their_number_canonical);
  expect(await canonical()).toEqual(["+55912345678"]);
  expect(await run(["--adopt-region"], { ...env, TOPIC_PREFIX: opened.prefix })).toMatchObject({ code: 0 });
  expect(await canonical()).toEqual(["+351912345678"]);
  expect(await account.find()).toEqual({ region: "PT", senderZone: "UTC" });
  const services = ["projector", "realtime"].map((kind) =>
    runService(kind, { MONGODB_URI: uri, TOPIC_PREFIX: opened.prefix }),
  );
  for (const { code, log } of await Promise.all(services)) {
    expect(code).toBe(1);
    expect(log).toContain("set ACCOUNT_REGION=PT, or stop the projectors");
  }
  await Promise.all([dropDatabase(connection), opened.close()]);
});

test("stamps are read in one sender's zone: another zone is refused until it is adopted, and then applies to all moments", async () => {
  const uri = uriOf(freshDatabase()).href;
  const [opened, { connection, store }] = await Promise.all([openTopics(), openStore(uri)]);
  const account = createMongoAccount(connection);
  const [inUtc, inTokyo] = [
    { region: "BR", senderZone: "UTC" },
    { region: "BR", senderZone: "Asia/Tokyo" },
  ] as const;
  await account.claim(inUtc);
  const received_at = new Date("2026-03-01T16:00:00Z");
  const sample = (type: string, kind: "call" | "agent", aggregate_id: string) =>
    sampleEvent({
      type,
      kind,
      aggregate_id,
      received_at,
      occurred_at: new Date("2026-03-01T15:00:00Z"),
      payload: JSON.stringify({ type, queue: "900", timestamp: "2026-03-01T15:00:00" }),
    });
  const events = [sample("call.waiting", "call", "afar"), sample("actor.logged-in", "agent", "ana")];
  await store.apply(batchOf(events, null, 0), foldCall);
  const momentsIn = async () => {
    const [call] = await store.findCalls(["afar"]);
    const [agent] = await store.listPresences(["ana"]);
    const found = await Promise.all(events.map(({ uuid }) => store.findEvent(uuid)));
    const moments = [call?.waiting_since, agent?.queues[0]?.logged_in];
    return [...moments, ...found.map((event) => event?.occurred_at)].map((moment) => moment?.toJSON());
  };
  expect(await momentsIn()).toEqual(Array(4).fill("2026-03-01T15:00:00.000Z"));
  const env = { MONGODB_URI: uri, TOPIC_PREFIX: opened.prefix, SENDER_TIME_ZONE: "Asia/Tokyo" };
  const command = "run `npx -y pnpm rebuild:calls --adopt-rules`";
  const refusal = `SENDER_TIME_ZONE is Asia/Tokyo, but the calls in MongoDB are folded for UTC: set SENDER_TIME_ZONE=UTC, or stop the projectors and ${command}`;
  const startAll = () => Promise.all(["projector", "realtime"].map((kind) => runService(kind, env)));
  for (const { code, log } of await startAll()) {
    expect(code).toBe(1);
    expect(log).toContain(refusal);
  }
  expect(await run([], env)).toMatchObject({ code: 1, stderr: expect.stringContaining(refusal) });
  // an adoption that was stopped before its end
  await account.adopt(inTokyo);
  for (const { code, log } of await startAll()) {
    expect(code).toBe(1);
    expect(log).toContain(`${command} and let it finish`);
  }
  expect(await run(["--adopt-rules"], env)).toMatchObject({ code: 0 });
  expect(await account.find()).toEqual(inTokyo);
  expect(await momentsIn()).toEqual(Array(4).fill("2026-03-01T06:00:00.000Z"));
  expect(await run(["--dry-run"], env)).toMatchObject({ code: 0 });
  await Promise.all([dropDatabase(connection), opened.close()]);
});

test("a call that is erased while the calls of a moment are written is not among them", async () => {
  const events = Array.from({ length: 30 }, () => sampleEvent());
  await store.apply(batchOf(events, null, 0), foldCall);
  const key = events[0]!.aggregate_id;
  const erased_at = new Date();
  const erasures = [{ kind: "call" as const, key, erased_at, log_clean_by: erased_at }];
  const outcome = await writePast({
    connection,
    name: "march",
    until: erased_at,
    fold: foldCall,
    isWanted: () => true,
    // its page is written, but not checked again yet
    onLooked: async () => {
      const applied = await store.apply({ ...batchOf([], 30, 0), next: 31, erasures }, foldCall);
      expect(applied.fenced).toBe(false);
    },
  });
  const past = await connection.db.collection<Call>("past_march").find().toArray();
  expect(past.map(({ aggregate_id }) => aggregate_id)).not.toContain(key);
  expect([outcome, past.length]).toEqual([{ outcome: "written", calls: 29 }, 29]);
});

test("if two runs write into one collection, the later one writes everything, and the earlier one replaces nothing and reports it", async () => {
  const opened = await openStore();
  // more entries than a page holds, so that an overtaken run still has a page to write
  const events = Array.from({ length: 51 }, () => sampleEvent());
  await opened.store.apply(batchOf(events, null, 0), foldCall);
  const { connection } = opened;
  const asked = { connection, name: "march", until: new Date(), fold: foldCall, pageEvents: 50 };
  const outcomes: PastOutcome[] = [];
  const later = async () => {
    if (outcomes.length === 0)
      outcomes.push(await writePast({ ...asked, isWanted: () => true, onLooked: () => {} }));
  };
  outcomes.push(await writePast({ ...asked, isWanted: () => true, onLooked: later }));
  expect(outcomes).toEqual([{ outcome: "written", calls: 51 }, { outcome: "overtaken" }]);
  const names = (await opened.connection.db.listCollections().toArray()).map(({ name }) => name);
  expect(names.filter((name) => name.startsWith("past_"))).toEqual(["past_march"]);
  expect(await opened.connection.db.collection("past_march").countDocuments()).toBe(51);
  await dropDatabase(opened.connection);
});

test("past collections are bounded: one more is refused with the names of the existing ones, and an existing one can be replaced", async () => {
  const opened = await openStore();
  const { db } = opened.connection;
  const names = Array.from({ length: 10 }, (_, n) => `past_m${n}`);
  await Promise.all(names.map((name) => db.createCollection(name)));
  const asked = { connection: opened.connection, until: new Date(), fold: foldCall, isWanted: () => true };
  const write = (name: string) => writePast({ ...asked, name, onLooked: () => {} });
  expect(await write("m10")).toEqual({ outcome: "full", names });
  expect(await write("m3")).toEqual({ outcome: "written", calls: 0 });
  await db.dropCollection("past_m0");
  expect(await write("m10")).toEqual({ outcome: "written", calls: 0 });
  await dropDatabase(opened.connection);
});

test("a run that is stopped, or was killed by an older release, leaves the existing collection and none of its own", async () => {
  await connection.db.collection("past_june.part").insertOne({ kept: false });
  await connection.db.collection("past_june").insertOne({ kept: true });
  const asked = { connection, name: "june", until: new Date(), fold: foldCall, onLooked: () => {} };
  expect(await writePast({ ...asked, isWanted: () => false })).toEqual({ outcome: "stopped" });
  const names = (await connection.db.listCollections().toArray()).map(({ name }) => name);
  expect(names.filter((name) => name.startsWith("past_june"))).toEqual(["past_june"]);
  expect(await connection.db.collection("past_june").countDocuments({ kept: true })).toBe(1);
});
