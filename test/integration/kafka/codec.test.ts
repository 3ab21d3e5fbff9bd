import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Event, type ServiceStatus, Unavailable } from "@teravoz/domain";
import { createCodec, openRegistry, registerSchema, Undecodable } from "@teravoz/kafka";
import { releasedSchemas } from "@teravoz/schemas";
import { openNextRelease } from "../../support/services/next-release.ts";
import { openTopics, type TestTopics } from "../../support/stack/kafka.ts";

let opened: TestTopics;
beforeAll(async () => {
  opened = await openTopics();
});
afterAll(() => opened.close());

const event: Event = {
  uuid: "858840ee-2749-5c58-ab7b-41fed27249fe",
  kind: "call",
  aggregate_id: "1463669263.30033",
  type: "call.new",
  occurred_at: new Date("2026-01-01T00:00:00.123Z"),
  received_at: new Date("2026-01-01T00:00:01Z"),
  payload:
    '{"type":"call.new", "n":9007199254740993, "é":"\\ud83d\\ude00 \\u0000", "call_id":"1463669263.30033"}',
};

const change = { key: "1.2", kind: "call" as const, version: 1_795_000_000_000, erased: true };

const reasonOf = (value: Buffer) =>
  opened.codec.decodeEvent(value).then(
    () => "decoded",
    (error) => (error instanceof Undecodable ? error.reason : error.name),
  );

test("an event is decoded exactly as it was encoded", async () => {
  for (const kind of ["call", "agent"] as const)
    for (const occurred_at of [event.occurred_at, null]) {
      const sent = { ...event, kind, occurred_at };
      expect(await opened.codec.decodeEvent(await opened.codec.encodeEvent(sent))).toEqual(sent);
    }
});

test("a change is decoded exactly as it was encoded", async () => {
  expect(await opened.codec.decodeChange(await opened.codec.encodeChange(change))).toEqual(change);
});

test("a status of the previous release is decoded with no refusals and no installation", async () => {
  const { config } = opened;
  const schema = releasedSchemas.find((text) => JSON.parse(text).name === "ServiceStatus")!;
  const registry = openRegistry(config);
  const id = await registerSchema(registry, config, `${opened.prefix}released-status-value`, schema);
  const status = { service: "ingest", instance: "one", version: "0.1.0", state: "ready" };
  const lists = { failing: [], figures: {}, answers: [] };
  const value = await registry.encode(id, { ...status, ...lists, at: 1, started_at: 0 });
  const read = { ...status, ...lists, at: new Date(1), started_at: new Date(0) };
  expect(await opened.codec.decodeStatus(value)).toEqual({ ...read, refused: [], installation: "" });
});

const status: ServiceStatus = {
  service: "ingest",
  instance: "one",
  version: "0.2.0",
  state: "ready",
  at: new Date(2),
  started_at: new Date(1),
  failing: [{ name: "kafka", reason: "away", tolerated: true }],
  figures: { batches: 3 },
  answers: [{ minute: new Date(0), status: 200, count: 4 }],
  refused: [],
  installation: "7b0c3f8e-2d51-4e0c-9b5e-2f6a4a9d7c11",
};

test("this release and the next one read each other's records, with every field that both know", async () => {
  const next = await openNextRelease(opened);
  const agent = { ...event, kind: "agent" as const };
  for (const [writer, reader] of [
    [next, opened.codec],
    [opened.codec, next],
  ] as const) {
    for (const sent of [event, agent, { ...event, occurred_at: null }])
      expect(await reader.decodeEvent(await writer.encodeEvent(sent))).toEqual(sent);
    expect(await reader.decodeChange(await writer.encodeChange(change))).toEqual(change);
    expect(await reader.decodeStatus(await writer.encodeStatus(status))).toEqual(status);
  }
  expect(opened.codec.check()).toEqual({ ok: true });
});

test("a record that is not one of our events is rejected with the reason", async () => {
  const good = await opened.codec.encodeEvent(event);
  expect(await reasonOf(Buffer.from("{}"))).toBe("not-avro");
  expect(await reasonOf(Buffer.alloc(0))).toBe("not-avro");
  expect(await reasonOf(good.subarray(0, 20))).toBe("not-avro");
  expect(await reasonOf(withSchemaId(good, 2_000_000))).toBe("unknown-schema");
  expect(
    await reasonOf(await opened.codec.encodeChange({ key: "1", kind: "call", version: 1, erased: false })),
  ).toBe("foreign-schema");
});

function withSchemaId(value: Buffer, id: number): Buffer {
  const copy = Buffer.from(value);
  copy.writeInt32BE(id, 1);
  return copy;
}

/** A schema of one field under the name of ours. No reader of ours can resolve it. */
const unreadable = (name: string): string =>
  JSON.stringify({ type: "record", name, namespace: "teravoz", fields: [{ name: "code", type: "string" }] });

test.each(["CallEvent", "AgentEvent", "CallChange"])(
  "a %s whose schema this release cannot read is waited for, and readiness names it",
  async (name) => {
    const codec = createCodec({ config: opened.config, topics: opened.topics, log: opened.log });
    await codec.ready();
    const registry = openRegistry(opened.config);
    const subject = `${opened.prefix}unreadable-${name}-value`;
    const id = await registerSchema(registry, opened.config, subject, unreadable(name));
    const value = await registry.encode(id, { code: "1" });
    const decode = name === "CallChange" ? codec.decodeChange : codec.decodeEvent;
    await expect(decode(value)).rejects.toThrow(Unavailable);
    await expect(decode(value)).rejects.toThrow(`teravoz.${name}`);
    expect(codec.check()).toMatchObject({ ok: false, reason: expect.stringContaining(`teravoz.${name}`) });
  },
);

test("a status that this release cannot read is rejected without a change of readiness, because the board does not need it", async () => {
  const registry = openRegistry(opened.config);
  const subject = `${opened.prefix}unreadable-status-value`;
  const id = await registerSchema(registry, opened.config, subject, unreadable("ServiceStatus"));
  const value = await registry.encode(id, { code: "1" });
  await expect(opened.codec.decodeStatus(value)).rejects.toThrow("teravoz.ServiceStatus");
  expect(opened.codec.check()).toEqual({ ok: true });
});

test("a schema id of ours that a registry without its data gave to another team is rejected as foreign", async () => {
  const schema = {
    type: "record",
    name: "Taken",
    namespace: "others",
    fields: [{ name: "uuid", type: "string" }],
  };
  const registry = openRegistry(opened.config);
  const subject = `${opened.prefix}foreign-value`;
  const id = await registerSchema(registry, opened.config, subject, JSON.stringify(schema));
  expect(await reasonOf(await registry.encode(id, { uuid: "1" }))).toBe("foreign-schema");
  expect(opened.codec.check()).toEqual({ ok: true });
});

/** Registers a schema without the client, which refuses to register schemas that it cannot compile. */
async function registerAnything(name: string, body: object): Promise<number> {
  const url = `${opened.config.SCHEMA_REGISTRY_URL}/subjects/${opened.prefix}${name}-value/versions`;
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { id: number }).id;
}

test.each([
  [
    "JSON Schema with an additional keyword",
    { schemaType: "JSON", schema: '{"type":"object","x-owner":{"a":1},"properties":{}}' },
  ],
  ["JSON Schema", { schemaType: "JSON", schema: '{"type":"object","properties":{}}' }],
  ["Protobuf", { schemaType: "PROTOBUF", schema: 'syntax = "proto3"; message Other { string name = 1; }' }],
])("a record of another team's schema (%s) is rejected at once as foreign", async (_what, body) => {
  const id = await registerAnything(`other-${Math.random()}`, body);
  const good = await opened.codec.encodeEvent(event);
  expect(await reasonOf(withSchemaId(good, id))).toBe("foreign-schema");
  expect(await reasonOf(withSchemaId(good, id))).toBe("foreign-schema");
});

test("while the registry does not answer, an unknown schema is reported as unavailable, not as undecodable", async () => {
  const value = await opened.codec.encodeEvent(event);
  const config = { ...opened.config, SCHEMA_REGISTRY_URL: "http://127.0.0.1:1" };
  const cutOff = createCodec({ config, topics: opened.topics, log: opened.log });
  await expect(cutOff.decodeEvent(value)).rejects.toThrow(Unavailable);
  await expect(cutOff.encodeEvent(event)).rejects.toThrow(Unavailable);
});
