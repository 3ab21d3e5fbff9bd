import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { parseWebhook } from "@teravoz/domain";
import { createLog } from "@teravoz/runtime";
import { releasedSchemas, schemas } from "@teravoz/schemas";
import avsc from "avsc";
import { eventually } from "../../../../test/support/eventually.ts";
import { openRegistryInMemory } from "../../../../test/support/services/registry-in-memory.ts";
import { topicNames } from "../topics/topics.ts";
import { createCodec } from "./codec.ts";
import { registerSchemas } from "./registry.ts";

const typeOf = (text: string) => avsc.Type.forSchema(JSON.parse(text));

test("every schema that was ever released reads what this release writes, and this release reads it", () => {
  const ours = new Map(Object.values(schemas).map((text) => [typeOf(text).name, typeOf(text)]));
  const released = releasedSchemas.map(typeOf);
  expect(new Set(released.map(({ name }) => name))).toEqual(new Set(ours.keys()));
  for (const type of released) {
    const current = ours.get(type.name)!;
    expect(() => [current.createResolver(type), type.createResolver(current)]).not.toThrow();
  }
});

describe("with a registry that lost its data", () => {
  const topics = topicNames("p.");
  const other = JSON.stringify({ type: "record", name: "Other", fields: [{ name: "id", type: "string" }] });
  const agents = schemas.AgentEvent;
  let registry: Awaited<ReturnType<typeof openRegistryInMemory>>;
  let lines: string[];
  beforeEach(async () => {
    registry = await openRegistryInMemory();
    lines = [];
    await registerSchemas(registry.config, topics);
  });
  afterEach(() => registry.close());

  const eventOf = (body: string) => {
    const parsed = parseWebhook(Buffer.from(body), new Date("2026-01-01T00:00:01Z"));
    if (parsed.outcome !== "accepted") throw new Error(parsed.outcome);
    return parsed.event;
  };
  const events = [
    eventOf('{"type":"call.new","call_id":"1.2","timestamp":"2026-01-01T00:00:00Z"}'),
    // the id of this one depends on its time of reception
    eventOf('{"type":"call.new","call_id":"1.2"}'),
  ];

  async function openCodec(relookMs = 60_000) {
    const log = createLog("test", "info", { write: (line) => void lines.push(line) });
    const codec = createCodec({ config: registry.config, topics, log, relookMs });
    await codec.ready();
    return codec;
  }
  const written = async () => {
    const codec = await openCodec();
    return Promise.all(events.map((event) => codec.encodeEvent(event)));
  };

  test("decoding an event whose schema id the registry does not know fails with unknown-schema", async () => {
    const [value] = await written();
    value!.writeInt32BE(1_000_000, 1);
    const codec = await openCodec();
    await expect(codec.decodeEvent(value!, "call")).rejects.toThrow("unknown-schema");
  });

  test("an event is decoded correctly although its schema id now belongs to another schema, ours or a foreign one", async () => {
    const values = await written();
    for (const first of [agents, other]) {
      registry.wipe();
      registry.register("first-value", first);
      await registerSchemas(registry.config, topics);
      const codec = await openCodec();
      for (const [n, value] of values.entries())
        expect(await codec.decodeEvent(value, "call")).toEqual(events[n]);
      expect(lines.join()).toContain("another schema under the id of a record");
    }
  });

  test("decoding a record that matches none of our schemas fails with foreign-schema", async () => {
    const [value] = await written();
    registry.wipe();
    registry.register("first-value", other);
    await registerSchemas(registry.config, topics);
    const codec = await openCodec();
    value!.writeUInt8(value!.at(-2)! ^ 1, value!.length - 2);
    await expect(codec.decodeEvent(value!, "call")).rejects.toThrow("foreign-schema");
  });

  test("a running process registers the schemas again under the same ids", async () => {
    const codec = await openCodec(20);
    const [value] = await written();
    registry.wipe();
    await eventually(async () => expect(await written()).toContainEqual(value));
    expect(codec.check()).toEqual({ ok: true });
    expect(lines.join()).toContain("registered again under the same ids");
  });

  test("if the schemas would get other ids, a running process reports what to do, keeps the old ids, and uses the new ids once they are registered", async () => {
    const codec = await openCodec(20);
    const [before] = await Promise.all(events.map((event) => codec.encodeEvent(event)));
    registry.wipe();
    registry.register("other-value", other);
    await eventually(() =>
      expect(codec.check()).toMatchObject({
        tolerated: true,
        reason: expect.stringContaining("pnpm topics"),
      }),
    );
    expect(registry.subjects()).toEqual(["other-value"]);
    expect(await codec.encodeEvent(events[0]!)).toEqual(before);
    await registerSchemas(registry.config, topics);
    await eventually(() => expect(codec.check()).toEqual({ ok: true }));
    const after = await codec.encodeEvent(events[0]!);
    expect([before!.readInt32BE(1), after.readInt32BE(1)]).toEqual([1, 2]);
    for (const value of [before!, after]) expect(await codec.decodeEvent(value, "call")).toEqual(events[0]);
  });
});
