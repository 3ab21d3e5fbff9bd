import { expect, test } from "@jest/globals";
import type { Broker, Cluster } from "kafkajs";
import { createFetches } from "./fetches.ts";
import { watchFetches } from "./watch-fetches.ts";

/** Two leaders, of partitions 0 and 1, over a clock that the test sets. */
async function start() {
  const clock = { ms: 0 };
  const fetches = createFetches(() => clock.ms);
  const brokerOf = () => ({ fetch: async () => ({ responses: [] }) }) as unknown as Broker;
  const brokers = new Map([
    ["0", brokerOf()],
    ["1", brokerOf()],
  ]);
  const cluster = { findBroker: async ({ nodeId }: { nodeId: string }) => brokers.get(nodeId)! } as Cluster;
  watchFetches(cluster, {
    onAnswer: ([asked]) => fetches.answered(asked!.partitions.map(({ partition }) => partition)),
    onFailure: () => {},
  });
  const answer = async (partition: number) => {
    const broker = await cluster.findBroker({ nodeId: `${partition}` });
    const partitions = [{ partition, fetchOffset: "0", maxBytes: 1 }];
    await broker.fetch({ topics: [{ topic: "changes", partitions }] });
  };
  return { clock, fetches, answer };
}

test("each partition is judged by its own leader, whose empty answers count", async () => {
  const { clock, fetches, answer } = await start();
  fetches.assign([0, 1]);
  clock.ms = 4_000;
  await answer(0);
  clock.ms = 6_000;
  expect(fetches.longest()).toEqual({ partition: 1, ms: 6_000 });
  await answer(1);
  expect(fetches.longest()).toEqual({ partition: 0, ms: 2_000 });
});

test("before the first assignment the silence counts from the start", async () => {
  const { clock, fetches } = await start();
  clock.ms = 7_000;
  expect(fetches.longest()).toEqual({ partition: null, ms: 7_000 });
});

test("the time that a handler takes does not count, for its own leader alone", async () => {
  const { clock, fetches, answer } = await start();
  fetches.assign([0, 1]);
  await answer(0);
  const work = Promise.withResolvers<void>();
  const handled = fetches.handle(0, () => work.promise);
  clock.ms = 60_000;
  expect(fetches.longest()).toEqual({ partition: 1, ms: 60_000 });
  await answer(1);
  expect(fetches.longest().ms).toBe(0);
  work.resolve();
  await handled;
  clock.ms = 61_000;
  expect(fetches.longest().ms).toBe(1_000);
});

test("a rejoin keeps the silence of the partitions that were read before", async () => {
  const { clock, fetches } = await start();
  fetches.assign([0]);
  clock.ms = 3_000;
  fetches.assign([0, 1]);
  expect(fetches.longest()).toEqual({ partition: 0, ms: 3_000 });
});
