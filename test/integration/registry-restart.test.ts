import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Event } from "@teravoz/domain";
import { createCodec } from "@teravoz/kafka";
import { openStack, type Stack } from "@teravoz/stack";
import { openTopics, type TestTopics } from "../support/kafka.ts";

let stack: Stack;
let dir: string;
let opened: TestTopics;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "teravoz-registry-"));
  // one of its own: nobody else's registry is killed
  const env = { ...process.env, KAFKA_BROKERS: "", SCHEMA_REGISTRY_URL: "", MONGODB_URI: "" };
  stack = await openStack({ dir, ports: "free", env, say: () => {} });
  const { kafka, registry } = stack.addresses;
  opened = await openTopics({ KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry });
});
afterAll(async () => {
  await opened?.close();
  await stack?.stop();
  await rm(dir, { recursive: true, force: true });
});

const event: Event = {
  uuid: "858840ee-2749-5c58-ab7b-41fed27249fe",
  kind: "call",
  aggregate_id: "1.2",
  type: "call.new",
  occurred_at: null,
  received_at: new Date("2026-01-01T00:00:01Z"),
  payload: '{"type":"call.new","call_id":"1.2"}',
};

test("a registry that was killed and started again still decodes the old records, also for a reader that never saw them", async () => {
  const value = await opened.codec.encodeEvent(event);
  await stack.kill("registry");
  expect(await opened.codec.decodeEvent(value)).toEqual(event);
  await stack.start("registry");
  const newcomer = createCodec({ config: opened.config, topics: opened.topics, log: opened.log });
  await newcomer.ready();
  expect(await newcomer.decodeEvent(value)).toEqual(event);
  expect(await newcomer.encodeEvent(event)).toEqual(value);
});
