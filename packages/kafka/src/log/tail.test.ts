import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { createLog, createMetrics } from "@teravoz/runtime";
import { createFakeKafka } from "../../../../test/support/stack/fake-kafka.ts";
import { followTopic } from "./tail.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const run = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1_000);

/** Follows a topic of one partition that already has five records. */
async function follow() {
  const kafka = createFakeKafka(1);
  kafka.append(0, 5);
  const seen = { records: 0, resyncs: 0 };
  const follower = followTopic({
    client: kafka.client,
    topic: kafka.topic,
    groupPrefix: "g",
    log: createLog("test", "silent"),
    metrics: createMetrics(),
    handle: async (records) => {
      seen.records += records.length;
    },
    onResync: () => void seen.resyncs++,
    onCrash: () => {},
  });
  await run(1);
  return { kafka, seen, follower };
}

test("a follower starts at the end and requests one resync", async () => {
  const { kafka, seen } = await follow();
  kafka.append(0, 3);
  await run(1);
  expect(seen).toEqual({ records: 3, resyncs: 1 });
});

test("a follower that joins again continues where it was and requests no resync", async () => {
  const { kafka, seen } = await follow();
  kafka.append(0, 3);
  await run(1);
  kafka.rejoin();
  kafka.append(0, 2);
  await run(1);
  kafka.crash(Object.assign(new Error("gone"), { name: "KafkaJSConnectionError" }));
  kafka.append(0, 1);
  await run(10);
  expect(seen).toEqual({ records: 6, resyncs: 1 });
});

test("a follower whose offset is no longer in the log continues at the end and requests a resync", async () => {
  const { kafka, seen } = await follow();
  kafka.append(0, 3);
  await run(1);
  kafka.crash(Object.assign(new Error("gone"), { name: "KafkaJSConnectionError" }));
  await run(0.5);
  kafka.recreate(0);
  await run(10);
  kafka.append(0, 1);
  await run(1);
  expect(seen).toEqual({ records: 4, resyncs: 2 });
});
