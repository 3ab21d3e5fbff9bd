import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { ServiceStatus } from "@teravoz/domain";
import {
  createClient,
  createStatusReporter,
  ensureTopics,
  followTopic,
  type KafkaClient,
  withAdmin,
} from "@teravoz/kafka";
import { createHealth, createMetrics, readConfig, statusSettings } from "@teravoz/runtime";
import { eventually } from "../../support/eventually.ts";
import { openTopics, type TestTopics } from "../../support/stack/kafka.ts";

let opened: TestTopics;
beforeAll(async () => {
  opened = await openTopics();
});
afterAll(() => opened.close());

const self = { service: "ingest", instance: "one", version: "0.1.0" };

function report({ client = opened.client, name = "one" }: { client?: KafkaClient; name?: string } = {}) {
  const { codec, topics, log } = opened;
  const health = createHealth();
  const { answers } = createMetrics();
  const from = { ...self, instance: name };
  const config = readConfig(statusSettings, {});
  const reporter = createStatusReporter({
    config,
    client,
    codec,
    topics,
    log,
    health,
    answers,
    self: from,
    installation: () => "ours",
  });
  return { reporter, health, answers };
}

/** Returns all statuses since the topic was created, and those that follow. */
function follow() {
  const { client, codec, topics, prefix, log } = opened;
  const heard: ServiceStatus[] = [];
  const follower = followTopic({
    client,
    log,
    topic: topics.serviceStatus,
    sinceMs: 3_600_000,
    groupPrefix: `${prefix}follower-`,
    metrics: createMetrics(),
    handle: async (records) => {
      for (const { value } of records) heard.push(await codec.decodeStatus(value!));
    },
    onResync: () => {},
    onCrash: () => {},
  });
  opened.closing(() => follower.stop());
  return heard;
}

test("a later follower gets the status of an instance up to its last one, with every answer of its minutes", async () => {
  const { reporter, health, answers } = report();
  health.add("kafka", () => ({ ok: false, reason: "away", tolerated: true }));
  answers.count(422);
  const refused = [{ kind: "path" as const, name: "/webhok", count: 3, last: new Date(1_000) }];
  reporter.start(
    () => ({ spool_records: 2, spool_oldest_ms: 1.6 }),
    () => refused,
  );
  const all = follow();
  const heard = (state: string) =>
    all.find((each) => each.instance === self.instance && each.state === state);
  // the first of several: it reports every ten seconds, and a slow follower gets more than one
  const first = await eventually(() => {
    expect(heard("ready")).toBeDefined();
    return heard("ready")!;
  });
  answers.count(422);
  answers.count(200);
  await reporter.stop();
  const last = await eventually(() => {
    expect(heard("stopped")).toBeDefined();
    return heard("stopped")!;
  });
  expect(first).toEqual({
    ...self,
    at: expect.any(Date),
    started_at: expect.any(Date),
    state: "ready",
    failing: [{ name: "kafka", reason: "away", tolerated: true }],
    figures: { spool_records: 2, spool_oldest_ms: 2 },
    answers: [{ minute: expect.any(Date), status: 422, count: 1 }],
    refused,
    installation: "ours",
  });
  const minutes = Map.groupBy(last.answers, ({ status }) => status);
  const counts = (status: number) => minutes.get(status)?.reduce((sum, { count }) => sum + count, 0);
  expect([last.state, counts(200)]).toEqual(["stopped", 1]);
  expect(counts(422)).toBeGreaterThanOrEqual(1);
});

test("a follower that looks back gets all statuses of that time, regardless of their size", async () => {
  const { codec, topics } = opened;
  const publisher = opened.publisher();
  // together they exceed one answer of a broker, so the first fetch, before the start offset is found, misses some
  const long = { ...self, instance: "long", version: "x".repeat(400_000) };
  const at = new Date();
  const state = "ready" as const;
  const status = {
    ...long,
    state,
    at,
    started_at: at,
    failing: [],
    figures: {},
    answers: [],
    refused: [],
    installation: "",
  };
  const value = await codec.encodeStatus(status);
  for (let n = 0; n < 20; n++)
    await publisher.publish({ topic: topics.serviceStatus, key: "ingest/long", value });
  const heard = follow();
  const ofLong = () => heard.filter(({ instance }) => instance === "long");
  await eventually(() => expect(ofLong().length).toBeGreaterThanOrEqual(20));
});

test.each([
  ["refuse connections", async () => 1],
  ["accept connections and answer nothing", () => listenMutely()],
])("with brokers that %s a stop does not wait for the failure of the last status", async (_, open) => {
  const config = { ...opened.config, KAFKA_BROKERS: [`127.0.0.1:${await open()}`] };
  const client = createClient({ config, clientId: "test", log: opened.log });
  const { reporter } = report({ client });
  reporter.start(() => ({}));
  const began = performance.now();
  await reporter.stop();
  // one second for the last status and half a second to disconnect; its producer gives up after five
  expect(performance.now() - began).toBeLessThan(4_500);
});

async function listenMutely(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  opened.closing(async () => void server.close());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

test("while the topic of statuses is missing, events are published; once it exists, statuses are too", async () => {
  const { client, topics, codec } = opened;
  const publisher = opened.publisher();
  await withAdmin(client, (admin) => admin.deleteTopics({ topics: [topics.serviceStatus] }));
  const { reporter } = report({ name: "patient" });
  reporter.start(() => ({}));
  const change = await codec.encodeChange({ key: "1", kind: "call", version: 1, erased: false });
  for (let n = 0; n < 20; n++)
    await publisher.publish({ topic: topics.callEvents, key: `key-${n}`, value: change });
  await eventually(() => withAdmin(client, (admin) => ensureTopics(admin, topics, 1)));
  const heard = follow();
  await eventually(() => expect(heard.map(({ instance }) => instance)).toContain("patient"), 30_000);
  await reporter.stop();
});
