import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type ArrivedDeadLetter, parseWebhook } from "@teravoz/domain";
import { anHourAgo } from "../../support/an-hour-ago.ts";
import { type RealtimeInProcess, startRealtime } from "../../support/services/realtime-in-process.ts";
import { openTopics, readTopic, type TestTopics } from "../../support/stack/kafka.ts";
import { connectClient, TRANSPORTS } from "../../support/traffic/socket-clients.ts";

const FIRST_SEEN = anHourAgo();
const TOKENS = ["the-admin-token", "the-next-admin-token"];

let topics: TestTopics;
let realtime: RealtimeInProcess;
let mute: RealtimeInProcess;
beforeAll(async () => {
  topics = await openTopics();
  const { codec } = topics;
  const parts = { tokens: TOKENS, codec, publisher: topics.publisher(), topics: topics.topics };
  realtime = await startRealtime({
    tokens: ["the-dashboard-token"],
    redriveOf: (deadLetters) => ({ ...parts, deadLetters, parse: parseWebhook }),
  });
  mute = await startRealtime();
});
afterAll(async () => {
  await realtime?.stop();
  await mute?.stop();
  await topics?.close();
});

let stored = 0;
/** Stores a body as a dead letter of ingest. Returns its id. */
async function storeDeadLetter(
  body: string | Buffer,
  more: Partial<ArrivedDeadLetter> = {},
): Promise<string> {
  const key = `letter-${++stored}`;
  const deadLetter: ArrivedDeadLetter = {
    key,
    type: null,
    reason: "unprocessable",
    service: "ingest",
    source: null,
    first_seen: FIRST_SEEN,
    last_seen: FIRST_SEEN,
    body: Buffer.from(body),
    ...more,
  };
  const batch = { topic: randomUUID(), partition: 0, expected: null, next: 1 };
  await realtime.deadLetters.add({ ...batch, deadLetters: [deadLetter] });
  return (await realtime.deadLetters.list({ key }, { limit: 1, cursor: null })).items[0]!.id;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
type Answered = { status: number; body: any };
async function ask(path: string, method = "POST", headers: Record<string, string> = {}): Promise<Answered> {
  const given = { Authorization: `Bearer ${TOKENS[0]}`, ...headers };
  const response = await fetch(`${realtime.url}${path}`, { method, headers: given });
  return { status: response.status, body: await response.json() };
}
const redrive = (id: string, headers: Record<string, string> = {}) =>
  ask(`/dead-letters/${id}/redrive`, "POST", headers);
const published = async () =>
  Promise.all(
    (await readTopic(topics, topics.topics.callEvents)).map(({ value }) => topics.codec.decodeEvent(value!)),
  );

describe.each(TRANSPORTS)("%s", (transport) => {
  test("ListDeliveries lists events and shows whether they can be redriven, and ShowDelivery returns a body", async () => {
    const body = `{ "type":"call.new", "call_id":"${transport}", "n": 12345678901234567890 }`;
    await mute.store(body, body, body);
    const client = await connectClient(transport, mute.url);
    const asked = { call_id: transport, status: "redelivered", limit: 5 };
    const { data, ...rest } = await client.ask("ListDeliveries", asked);
    expect(rest).toEqual({ event: "ListDeliveries", status: "Ok" });
    expect(data).toMatchObject({ redrive: false, now: expect.stringMatching(/Z$/) });
    expect(data.deliveries).toMatchObject([{ key: transport, redeliveries: 2, statuses: ["redelivered"] }]);
    const shown = await client.ask("ShowDelivery", { id: data.deliveries[0].id });
    expect(shown.data).toEqual({ id: data.deliveries[0].id, encoding: "utf8", body });
    client.close();
  });

  test("a page continues at its next value, and wrong parameters are refused", async () => {
    const call_id = `${transport}-pages`;
    const bodies = [1, 2, 3].map((n) => `{"type":"call.new","call_id":"${call_id}","sid":"${n}"}`);
    await mute.store(...bodies);
    const client = await connectClient(transport, mute.url);
    const first = await client.ask("ListDeliveries", { call_id, limit: 2 });
    const second = await client.ask("ListDeliveries", { call_id, limit: 2, cursor: first.next });
    expect([first.data.deliveries.length, second.data.deliveries.length]).toEqual([2, 1]);
    expect(second).not.toHaveProperty("next");
    for (const wrong of [{ cursor: "MA" }, { status: "odd" }, { limit: 1_001 }, { of: "events" }])
      expect(await client.ask("ListDeliveries", wrong)).toMatchObject({ status: "Failed" });
    client.close();
  });
});

test("a dead letter that is valid now is published with its first received time, and marked", async () => {
  const body = '{"type":"call.new","call_id":"redriven", "n": 1.0}';
  const id = await storeDeadLetter(body);
  expect((await ask(`/dead-letters/${id}`, "GET")).body.data).toMatchObject({ id, encoding: "utf8", body });
  for (const token of TOKENS)
    expect(await redrive(id, { Authorization: `Bearer ${token}` })).toMatchObject({
      status: 200,
      body: { data: { id, status: "redriven" } },
    });
  const events = (await published()).filter(({ aggregate_id }) => aggregate_id === "redriven");
  expect(events).toHaveLength(2);
  for (const event of events) expect(event).toMatchObject({ payload: body, received_at: FIRST_SEEN });
});

test("a redrive of a refused, dropped or unknown dead letter reports the reason and publishes nothing", async () => {
  const before = (await published()).length;
  const refused = await storeDeadLetter('{"type":"call.imagined"}');
  expect(await redrive(refused)).toMatchObject({ status: 422, body: { errors: [{ path: "/type" }] } });
  const dropped = await storeDeadLetter('{"type":"call.new","call_id":"dropped"}');
  await realtime.deadLetters.mark({ id: dropped, copies: 1 }, "dropped");
  expect((await redrive(dropped)).status).toBe(409);
  expect((await redrive("0".repeat(64))).status).toBe(404);
  expect(await realtime.deadLetters.find(refused)).toMatchObject({ status: "waiting" });
  expect((await published()).length).toBe(before);
});

test("without the admin token a redrive and a read of a dead letter by HTTP are refused", async () => {
  const id = await storeDeadLetter('{"type":"call.new","call_id":"closed"}');
  const wrong = ["", "Bearer", "Bearer the-dashboard-token", "Bearer the-admin", "Basic dG9rZW4="];
  for (const Authorization of wrong) {
    expect((await redrive(id, { Authorization })).status).toBe(401);
    expect((await ask(`/dead-letters/${id}`, "GET", { Authorization })).status).toBe(401);
  }
  expect(await realtime.deadLetters.find(id)).toMatchObject({ status: "waiting" });
});

test("a page of another origin cannot redrive, even with the token, and a page of this host can", async () => {
  const id = await storeDeadLetter('{"type":"call.new","call_id":"origin"}');
  for (const Origin of ["https://elsewhere.example", "null", "http://127.0.0.1:1"])
    expect((await redrive(id, { Origin })).status).toBe(403);
  expect(await realtime.deadLetters.find(id)).toMatchObject({ status: "waiting" });
  expect((await redrive(id, { Origin: realtime.url })).status).toBe(200);
});

test("realtime does not list or drop dead letters, and without admin tokens it has no route to redrive", async () => {
  const id = await storeDeadLetter('{"type":"call.new","call_id":"stays"}');
  expect((await ask("/dead-letters", "GET")).status).toBe(404);
  expect((await ask(`/dead-letters/${id}`, "DELETE")).status).toBe(405);
  for (const [path, method] of [
    [`/dead-letters/${id}`, "GET"],
    [`/dead-letters/${id}/redrive`, "POST"],
  ] as const)
    expect((await fetch(`${mute.url}${path}`, { method })).status).toBe(404);
});
