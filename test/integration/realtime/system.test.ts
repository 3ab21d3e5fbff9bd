import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { freePort, type ServiceHandle, startServices } from "@teravoz/stack";
import { createMongoAccount } from "@teravoz/store";
import { MongoClient } from "mongodb";
import { eventually } from "../../support/eventually.ts";
import { type Gateway, openGateway } from "../../support/services/gateway.ts";
import { connectClient, type SocketClient } from "../../support/traffic/socket-clients.ts";

/** Instances report ten times as often as in production, so they are silent after 3 s. */
const env = { STATUS_INTERVAL_MS: "1000" };

let gateway: Gateway;
let client: SocketClient;
beforeAll(async () => {
  gateway = await openGateway({ ingest: 2, env });
  client = await connectClient("websocket", gateway.realtime[0]!.url);
});
afterAll(async () => {
  client?.close();
  await gateway?.close();
});

type Shown = { service: string; instance: string; standing: string } & Record<string, unknown>;
const ask = async (minutes?: number) => {
  const { data, status } = await client.ask("ListSystem", { minutes });
  expect(status).toBe("Ok");
  return data;
};
const find = (instances: Shown[], { pid }: ServiceHandle) =>
  instances.find(({ instance }) => instance.endsWith(`-${pid}`));
/**
 * Many times the interval of statuses, because the machine may be busy. An instance is silent after three intervals.
 */
const SOON_MS = 60_000;

test("every instance is listed as ready, with its release and its figures", async () => {
  await eventually(async () => {
    const { instances, missing, hears } = await ask();
    expect([hears, missing]).toEqual([true, []]);
    expect(instances.map(({ service, standing }: Shown) => [service, standing])).toEqual([
      ["ingest", "ready"],
      ["ingest", "ready"],
      ["projector", "ready"],
      ["realtime", "ready"],
    ]);
    const [projector] = gateway.projector;
    expect(find(instances, projector!)).toMatchObject({ version: "0.1.0", figures: { partitions: 24 } });
    expect(find(instances, gateway.realtime[0]!)).toMatchObject({ figures: { sockets: 1 } });
  }, SOON_MS);
});

test("refusals of the webhook are counted by status and minute on all instances, and probes are not counted", async () => {
  const [one, other] = gateway.ingest;
  const json = { "Content-Type": "application/json" };
  const post = (url: string, init: RequestInit = {}) =>
    fetch(url, { method: "POST", headers: json, ...init });
  const answered = await Promise.all([
    post(`${one!.url}/webhook`, { body: "{" }),
    post(`${other!.url}/webhook`, { body: "[]" }),
    post(`${one!.url}/webhook`, { body: '{"type":"call.unheard-of","call_id":"1"}' }),
    post(`${other!.url}/webhok`, { body: "{}" }),
    fetch(`${one!.url}/webhook`, { method: "PUT" }),
    post(`${other!.url}/webhook`, { body: JSON.stringify({ pad: "x".repeat(70_000) }) }),
    post(`${one!.url}/webhook`, { body: "{}", headers: { "Content-Type": "text/plain" } }),
    fetch(`${one!.url}/nowhere`),
    fetch(`${one!.url}/webhook`),
    post(`${one!.url}/webhook`, { body: '{"type":"call.new","call_id":"counted"}' }),
    post(`${other!.url}/webhook`, { body: "{}", headers: { ...json, "X-Long": "x".repeat(20_000) } }),
  ]);
  expect(answered.map(({ status }) => status)).toEqual([
    400, 400, 422, 404, 405, 413, 415, 404, 200, 200, 431,
  ]);
  await eventually(async () => {
    const { refusals, accepted, wrong_paths } = await ask();
    const counts: Record<string, number> = {};
    for (const { status, count } of refusals) counts[status] = (counts[status] ?? 0) + count;
    expect(wrong_paths).toEqual([{ name: "/webhok", count: 1, last: expect.any(String) }]);
    expect([counts, accepted]).toEqual([
      { "400": 2, "404": 1, "405": 1, "413": 1, "415": 1, "422": 1, "431": 1 },
      1,
    ]);
  }, SOON_MS);
  const metrics = await (await fetch(`${one!.url}/metrics`)).text();
  expect(metrics).toContain('teravoz_webhook_answers_total{status="422"} 1');
});

test("a page whose origin may not connect is named, and a path that may hold a number is not", async () => {
  const { url } = gateway.realtime[0]!;
  const poll = (origin: string) =>
    fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { Origin: origin } });
  expect((await poll("https://board.example")).status).toBe(403);
  // it listens on loopback only: a front end's development server may use any port of this machine
  expect((await poll("http://localhost:5173")).status).toBe(200);
  expect((await fetch(`${gateway.ingest[0]!.url}/5511999990000`, { method: "POST" })).status).toBe(404);
  await eventually(async () => {
    const { wrong_paths, refused_origins } = await ask();
    expect(wrong_paths.map(({ name }: { name: string }) => name).sort()).toEqual(["/webhok", "/…"]);
    expect(refused_origins).toMatchObject([{ name: "https://board.example", count: 1 }]);
  }, SOON_MS);
});

test("the lag grows with its time while the projector is stopped, and falls to 0 after its return", async () => {
  const [projector] = gateway.projector;
  const caughtUp = () =>
    eventually(async () => expect((await ask()).lag).toMatchObject({ records: 0, waited_ms: 0 }), SOON_MS);
  await caughtUp();
  await projector!.stop();
  for (let n = 0; n < 30; n++)
    await gateway.post(JSON.stringify({ type: "call.new", call_id: `lag-${n}`, timestamp: new Date() }));
  await eventually(async () => {
    const { lag, missing, instances } = await ask();
    expect(lag.records).toBe(30);
    expect(lag.waited_ms).toBeGreaterThan(3_000);
    expect(lag.partitions.filter(({ records }: { records: number }) => records > 0).length).toBeGreaterThan(
      3,
    );
    expect(missing).toEqual(["projector"]);
    expect(instances.map(({ standing }: Shown) => standing)).toContain("stopped");
  }, SOON_MS);
  await projector!.start();
  await projector!.ready();
  await caughtUp();
  // realtime omits the rates from an answer if MongoDB takes longer than 1.5 s
  await eventually(async () => {
    const { rates } = await ask();
    expect(rates.reduce((sum: number, { events }: { events: number }) => sum + events, 0)).toBe(31);
  }, SOON_MS);
});

test("an instance that is not ready is listed with the reason", async () => {
  const mongodb = `mongodb://127.0.0.1:${await freePort()}/none?directConnection=true`;
  const addresses = {
    kafka: process.env.KAFKA_BROKERS!,
    registry: process.env.SCHEMA_REGISTRY_URL!,
    mongodb,
  };
  const own = { ...process.env, ...env, TOPIC_PREFIX: gateway.opened.prefix, NODE_ENV: "development" };
  const services = [{ name: "projector-without-database", kind: "projector" as const }];
  const [lame] = await startServices({ addresses, env: own, services, dir: gateway.dir });
  try {
    await eventually(async () => {
      const shown = find((await ask()).instances, lame!);
      expect(shown).toMatchObject({ standing: "unready" });
      expect(shown!.failing).toContainEqual({
        name: "mongodb",
        reason: "no primary answers",
        tolerated: false,
      });
    }, SOON_MS);
  } finally {
    await lame!.stop();
  }
});

test("each page marks the instances of the other installation if two share a prefix", async () => {
  const { account, uri, close } = await openOtherDatabase();
  const addresses = {
    kafka: process.env.KAFKA_BROKERS!,
    registry: process.env.SCHEMA_REGISTRY_URL!,
    mongodb: uri,
  };
  const own = { ...process.env, ...env, TOPIC_PREFIX: gateway.opened.prefix, NODE_ENV: "development" };
  const services = [{ name: "realtime-of-another", kind: "realtime" as const }];
  const theirs = await account.installation();
  const [other] = await startServices({ addresses, env: own, services, dir: gateway.dir });
  const foreign = ({ instances }: { instances: Shown[] }) =>
    instances.filter((each) => each.foreign && each.standing === "ready").map(({ service }) => service);
  try {
    await other!.ready();
    const page = await connectClient("websocket", other!.url);
    await eventually(async () => {
      const [here, there] = [await ask(), (await page.ask("ListSystem", {})).data];
      expect(find(here.instances, other!)).toMatchObject({ foreign: true, installation: theirs });
      expect([foreign(here), foreign(there)]).toEqual([["realtime"], ["projector", "realtime"]]);
      expect([here.missing, there.missing]).toEqual([[], ["projector"]]);
      expect(there.installation).toBe(theirs);
    }, SOON_MS);
    page.close();
  } finally {
    await other!.stop();
    await close();
  }
});

/** Opens a database beside the gateway's. */
async function openOtherDatabase() {
  const name = `${gateway.db.databaseName}_other`;
  const uri = new URL(process.env.MONGODB_URI!);
  uri.pathname = `/${name}`;
  const client = await new MongoClient(uri.href).connect();
  const db = client.db();
  const close = async () => {
    await db.dropDatabase();
    await client.close();
  };
  return { account: createMongoAccount({ db }), uri: uri.href, close };
}

test("a killed instance becomes silent and the others do not, and a restarted realtime has the earlier counts", async () => {
  const [one, other] = gateway.ingest;
  const dead = { pid: one!.pid } as ServiceHandle;
  one!.kill("SIGKILL");
  await eventually(async () => {
    const { instances, missing } = await ask();
    expect(find(instances, dead)).toMatchObject({ standing: "silent" });
    expect(find(instances, other!)).toMatchObject({ standing: "ready" });
    expect(missing).toEqual([]);
  }, SOON_MS);
  const before = (await ask(1_440)).refusals;
  client.close();
  await gateway.realtime[0]!.restart();
  await gateway.realtime[0]!.ready();
  client = await connectClient("websocket", gateway.realtime[0]!.url);
  await eventually(async () => {
    const { instances, refusals } = await ask(1_440);
    expect(refusals).toEqual(before);
    expect(find(instances, dead)).toMatchObject({ standing: "silent" });
  }, SOON_MS);
});
