import { afterEach, expect, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import { expectRefusal } from "../../support/refusal.ts";
import { type IngestInProcess, startIngest } from "../../support/services/ingest-in-process.ts";
import { ask } from "../../support/traffic/raw-http.ts";

const CALL = '{"type":"call.new","call_id":"1463669263.30033","timestamp":"2026-01-01T00:00:00Z"}';
const TOKEN = "first-token";

let ingest: IngestInProcess;
afterEach(() => ingest.stop());

test("events are counted by type and outcome", async () => {
  ingest = await startIngest();
  for (const body of [CALL, CALL, "{", '{"type":"call.5511999998888","call_id":"1"}'])
    await ask(ingest.port, { body });
  ingest.broker.take = () => Promise.reject(new Unavailable("away"));
  await ask(ingest.port, { body: CALL });
  const { values } = await ingest.metrics.events.get();
  expect(values.map(({ labels: { type, outcome }, value }) => `${type} ${outcome} ${value}`).sort()).toEqual([
    "call.new accepted 2",
    "call.new unavailable 1",
    "unknown malformed 1",
    "unknown refused 1",
  ]);
});

test("with tokens set, each way to present one is accepted, and anything else is answered 401 before the body is read", async () => {
  ingest = await startIngest({ tokens: [TOKEN, "next-token"] });
  const basic = (password: string) => `Basic ${Buffer.from(`teravoz:${password}`).toString("base64")}`;
  const send = (authorization: string, path = "/webhook", body = CALL) =>
    ask(ingest.port, { path, body, headers: { Authorization: authorization } });
  for (const authorization of [`Bearer ${TOKEN}`, "Bearer next-token", basic(TOKEN)])
    expect((await send(authorization)).status).toBe(200);
  expect((await send("", `/webhook?token=${TOKEN}`)).status).toBe(200);
  for (const authorization of [
    "",
    "Bearer wrong",
    basic("wrong"),
    "Bearer",
    "Digest x",
    `Bearer ${TOKEN}x`,
  ]) {
    const answer = await send(authorization, "/webhook", "{");
    await expectRefusal(answer, 401);
    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="teravoz", Basic realm="teravoz"');
  }
  await expectRefusal(send("", "/webhook?token=wrong"), 401);
  expect(ingest.published).toHaveLength(4);
  expect(ingest.logged.join("")).not.toContain(TOKEN);
});

test("a probe of the webhook needs no token, but an event does in every spelling of the path", async () => {
  ingest = await startIngest({ tokens: [TOKEN] });
  for (const method of ["HEAD", "OPTIONS", "GET"])
    for (const path of ["/webhook", "/webhook/?token=wrong"])
      expect((await ask(ingest.port, { method, path })).status).toBeLessThan(300);
  for (const path of ["/webhook/", "//webhook", "/%77ebhook"]) {
    await expectRefusal(ask(ingest.port, { path, body: CALL }), 401);
    expect((await ask(ingest.port, { path: `${path}?token=${TOKEN}`, body: CALL })).status).toBe(200);
  }
  await expectRefusal(ask(ingest.port, { path: "/webhook/?token=wrong", body: CALL }), 401);
});

test("/livez and /readyz report the state, and /metrics requires its own token", async () => {
  ingest = await startIngest({ tokens: [TOKEN], metricsTokens: ["metrics-token"] });
  const get = (path: string, authorization = "") =>
    ask(ingest.port, { method: "GET", path, headers: { Authorization: authorization } });
  const read = async (path: string) => {
    const { status, body } = await get(path);
    return [status, JSON.parse(body)];
  };
  let kafka = { ok: false, reason: "3 of 3 producers not connected" };
  ingest.health.add("kafka", () => kafka);
  expect(await read("/livez")).toEqual([200, { status: "ok" }]);
  expect(await read("/readyz")).toEqual([503, { status: "unavailable", checks: { kafka } }]);
  kafka = { ok: true } as typeof kafka;
  expect(await read("/readyz")).toEqual([200, { status: "ok", checks: { kafka: { ok: true } } }]);
  for (const authorization of ["", `Bearer ${TOKEN}`])
    await expectRefusal(get("/metrics", authorization), 401);
  const { status, headers, body } = await get("/metrics", "Bearer metrics-token");
  expect([status, headers["content-type"]]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  expect(body).toContain("# TYPE teravoz_events_total counter");
});
