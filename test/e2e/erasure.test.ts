import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { ask } from "../support/services/erasing.ts";
import { type Gateway, openGateway } from "../support/services/gateway.ts";
import { connectClient, type SocketClient } from "../support/traffic/socket-clients.ts";

const TOKEN = "an-operators-token";
const NUMBER = "5511987654444";

let gateway: Gateway;
let clients: SocketClient[] = [];
beforeAll(async () => {
  gateway = await openGateway({ projector: 2, realtime: 2, env: { ADMIN_TOKEN: TOKEN, LOG_LEVEL: "debug" } });
});
afterAll(async () => {
  for (const client of clients) client.close();
  await gateway?.close();
});

const body = (call_id: string, type = "call.new", more = {}) =>
  JSON.stringify({ type, call_id, their_number: NUMBER, timestamp: new Date().toISOString(), ...more });
const post = async (text: string) => expect((await gateway.post(text)).status).toBe(200);
const admin = (method: string, path: string) => ask(gateway.projector[0]!.url, method, path, TOKEN);
const untilEvents = (count: number) =>
  eventually(async () => expect(await gateway.events()).toHaveLength(count), 30_000);

test("every client of every instance is notified of an erasure, and can no longer read the call", async () => {
  await post(body("erased-call-1"));
  await post(body("staying-call"));
  await untilEvents(2);
  const urls = gateway.realtime.map(({ url }) => url);
  const [subscriber, reader] = [
    await connectClient("websocket", urls[0]!),
    await connectClient("socket.io by websocket", urls[1]!),
  ];
  clients = [subscriber, reader];
  const { data } = await subscriber.ask("Subscribe", { params: { their_number: NUMBER } });
  expect(data).toHaveLength(2);
  expect((await reader.ask("ListCalls")).data).toHaveLength(2);
  const before = reader.untaken("DataChanged");
  expect((await admin("DELETE", "/calls/erased-call-1")).status).toBe(202);
  expect((await subscriber.next("CallErased")).data).toEqual({ aggregate_id: "erased-call-1" });
  await eventually(() => expect(reader.untaken("DataChanged")).toBeGreaterThan(before));
  for (const client of clients) {
    const { data: left } = await client.ask("ListCalls");
    expect(left.map(({ aggregate_id }: { aggregate_id: string }) => aggregate_id)).toEqual(["staying-call"]);
    expect((await client.ask("ListCallEvents", { call_id: "erased-call-1" })).data).toEqual([]);
  }
  // sent again: accepted, but not stored
  await post(body("erased-call-1", "call.waiting"));
  await post(body("third"));
  await eventually(async () => expect(await gateway.lag()).toBe(0), 30_000);
  await untilEvents(2);
  expect((await reader.ask("ListCallEvents", { call_id: "erased-call-1" })).data).toEqual([]);
});

test("a projector that was stopped during an erasure cannot restore the call", async () => {
  const [sleeper, other] = gateway.projector as [Gateway["projector"][0], Gateway["projector"][0]];
  const known = (await gateway.events()).length;
  await post(body("erased-call-2"));
  await untilEvents(known + 1);
  sleeper.kill("SIGSTOP");
  await post(body("erased-call-2", "call.waiting"));
  const erased = await ask(other.url, "DELETE", "/calls/erased-call-2", TOKEN);
  expect(erased.status).toBe(202);
  // the other projector takes over when the session has ended, and erases
  await eventually(async () => {
    const { body: receipt } = await ask(other.url, "GET", "/calls/erased-call-2/erasure", TOKEN);
    expect(receipt.data.clean_at).not.toBeNull();
  }, 90_000);
  sleeper.kill("SIGCONT");
  await sleeper.ready(60_000);
  await post(body("erased-call-2", "call.finished"));
  await post(body("fourth"));
  await eventually(async () => {
    const ids = (await gateway.calls()).map(({ aggregate_id }) => aggregate_id).sort();
    expect(ids).toEqual(["fourth", "staying-call", "third"]);
  }, 60_000);
  expect((await gateway.events()).filter(({ aggregate_id }) => aggregate_id.startsWith("erased"))).toEqual(
    [],
  );
});

test("a number's erasure takes every call of the number, earlier events are not stored again, and a new call is stored", async () => {
  const path = `/numbers/${encodeURIComponent("(11) 98765-4444")}`;
  const before = new Date(Date.now() - 60_000).toISOString();
  const asked = await admin("DELETE", path);
  expect([asked.status, asked.body.data.calls]).toEqual([202, 3]);
  await eventually(async () => {
    const { body: receipt } = await admin("GET", `/numbers/${NUMBER}/erasure`);
    expect(receipt.data).toMatchObject({ calls: 3, clean: 3, clean_at: expect.any(String) });
  }, 60_000);
  await post(body("fifth", "call.new", { timestamp: before, their_number: "011987654444" }));
  await post(body("sixth", "call.new", { timestamp: new Date(Date.now() + 1_000).toISOString() }));
  await eventually(async () => {
    expect((await gateway.calls()).map(({ aggregate_id }) => aggregate_id)).toEqual(["sixth"]);
    expect(await gateway.lag()).toBe(0);
  }, 60_000);
  expect(await gateway.events()).toHaveLength(1);
});

test("no number and no call_id is logged", () => {
  const logs = join(gateway.dir, "logs");
  const text = readdirSync(logs)
    .map((name) => readFileSync(join(logs, name), "utf8"))
    .join("\n");
  expect(text).toContain("erasure was requested");
  for (const value of [NUMBER, "erased-call", "staying-call", "98765-4444", TOKEN])
    expect(text).not.toContain(value);
});
