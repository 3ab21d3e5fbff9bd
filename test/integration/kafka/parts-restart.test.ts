import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Event, Unavailable } from "@teravoz/domain";
import { consumePartitions, createCodec, followTopic, type TailRecord } from "@teravoz/kafka";
import { eventually } from "../../support/eventually.ts";
import { openTopics, type TestTopics } from "../../support/stack/kafka.ts";
import { type OwnParts, type OwnStack, openOwnStack } from "../../support/stack/own-stack.ts";

let stack: OwnParts;
let own: OwnStack;
let opened: TestTopics;
beforeAll(async () => {
  // this suite kills its registry and its broker
  own = await openOwnStack();
  stack = own.stack;
  opened = await openTopics();
});
afterAll(async () => {
  await opened?.close();
  await own?.close();
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

test("old records are still decoded after the registry was killed and started again, even by a new reader", async () => {
  const value = await opened.codec.encodeEvent(event);
  await stack.kill("registry");
  expect(await opened.codec.decodeEvent(value)).toEqual(event);
  await stack.start("registry");
  const newcomer = createCodec({ config: opened.config, topics: opened.topics, log: opened.log });
  await newcomer.ready();
  expect(await newcomer.decodeEvent(value)).toEqual(event);
  expect(await newcomer.encodeEvent(event)).toEqual(value);
});

test("the publisher and the consumers of a broker reconnect after it was killed and started again", async () => {
  const { client, topics, prefix, log, metrics } = opened;
  const topic = topics.callEvents;
  const publisher = opened.publisher({ deadlineMs: 2_000 });
  const [stored, followed, crashes]: [string[], string[], unknown[]] = [[], [], []];
  const positions = new Map<number, number>();
  const onCrash = (error: unknown) => void crashes.push(error);
  const consumer = consumePartitions({
    client,
    log,
    metrics,
    onCrash,
    topics: [topic],
    groupId: `${prefix}group`,
    position: async (_topic, partition) => positions.get(partition) ?? null,
    handle: async ({ partition, records, next }) => {
      stored.push(...records.map(({ value }) => String(value)));
      positions.set(partition, next);
      return "done";
    },
  });
  opened.closing(consumer.stop);
  const handle = async (records: TailRecord[]) =>
    void followed.push(...records.map(({ value }) => String(value)));
  const onResync = () => {};
  const tail = followTopic({
    client,
    log,
    metrics,
    onCrash,
    topic,
    groupPrefix: `${prefix}tail-`,
    handle,
    onResync,
  });
  opened.closing(tail.stop);
  const send = (value: string) => publisher.publish({ topic, key: value, value: Buffer.from(value) });
  const allReady = () =>
    expect([consumer.check(), tail.check(), publisher.check()]).toEqual([
      { ok: true },
      { ok: true },
      { ok: true },
    ]);

  await eventually(allReady, 30_000);
  await send("before");
  await eventually(() => expect([stored, followed]).toEqual([["before"], ["before"]]));
  const killedAt = performance.now();
  await stack.kill("kafka");
  await expect(send("lost")).rejects.toThrow(Unavailable);
  // the broker stays down until both members report it, which is longer than their session, so the group has expired
  // them
  await eventually(() => expect([consumer.check().ok, tail.check().ok]).toEqual([false, false]));
  await stack.start("kafka");
  expect(performance.now() - killedAt).toBeGreaterThan(client.sessionTimeoutMs);
  await eventually(allReady, 60_000);
  await eventually(() => send("after"));
  await eventually(() => expect(stored.at(-1)).toBe("after"), 30_000);
  await eventually(() => expect(followed.at(-1)).toBe("after"), 30_000);
  expect(crashes).toEqual([]);
});
