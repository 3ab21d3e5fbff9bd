import { createRequire } from "node:module";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import "./kafkajs-fetchers.ts";

type Runner = { start(): Promise<void>; stop(): Promise<void> };

const load = createRequire(import.meta.url);
const KafkaJsRunner = load("kafkajs/src/consumer/runner") as new (options: object) => Runner;

const nothing = () => {};
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, namespace: () => logger };

test("a consumer stops if its brokers change during the stop", async () => {
  let brokers = ["1", "2"];
  let looks = 0;
  const fetches: PromiseWithResolvers<unknown[]>[] = [];
  const consumerGroup = {
    connect: async () => {},
    joinAndSync: async () => {},
    leave: async () => {},
    heartbeat: async () => {},
    getNodeIds: () => {
      looks += 1;
      // without this limit, the endless loop that this test detects would hang the test
      if (looks > 1_000) throw new Error("the consumer continues to fetch");
      return brokers;
    },
    fetch: () => {
      const fetch = Promise.withResolvers<unknown[]>();
      fetches.push(fetch);
      return fetch.promise;
    },
  };
  const runner = new KafkaJsRunner({
    logger,
    consumerGroup,
    instrumentationEmitter: { emit: nothing },
    concurrency: 1,
    onCrash: nothing,
  });
  await runner.start();
  await setImmediate();
  brokers = ["1", "3"];
  // the first fetcher detects the change and waits for the second one to end
  fetches[0]?.resolve([]);
  await setImmediate();
  const stopped = runner.stop();
  fetches[1]?.resolve([]);
  await stopped;
  expect({ looks: looks < 20, fetches: fetches.length }).toEqual({ looks: true, fetches: 2 });
});
