import { expect, test } from "@jest/globals";
import type { Broker, Cluster } from "kafkajs";
import { watchFetches } from "../log/watch-fetches.ts";
import { createFetches } from "./fetches.ts";

/**
 * Makes a fetch fail with this error. Returns the error that kafkajs sees and how often the metadata was read again.
 */
async function failFetch(error: Error) {
  let [refreshes, failures] = [0, 0];
  const broker = { fetch: () => Promise.reject(error) } as unknown as Broker;
  const refreshMetadata = async () => void refreshes++;
  const cluster = { findBroker: async () => broker, refreshMetadata } as unknown as Cluster;
  watchFetches(cluster, { onAnswer: () => {}, onFailure: () => void failures++ });
  const watched = await cluster.findBroker({ nodeId: "0" });
  const { name } = await watched.fetch({ topics: [] }).catch((thrown: Error) => thrown);
  return { name, refreshes, failures };
}

const failed = (name: string, type?: string) => Object.assign(new Error(name), { name, type });

test.each([
  ["a leader that does not answer", failed("KafkaJSConnectionError")],
  ["a broker that is no longer the leader", failed("KafkaJSProtocolError", "NOT_LEADER_FOR_PARTITION")],
])(
  "after a fetch that failed because of %s the leaders are looked up, and kafkajs keeps its other fetches",
  async (_, error) => {
    const forgotten = { name: "KafkaJSConnectionClosedError", refreshes: 1, failures: 1 };
    expect(await failFetch(error)).toEqual(forgotten);
  },
);

test("an offset that is no longer in the log keeps its error", async () => {
  const error = failed("KafkaJSOffsetOutOfRange", "OFFSET_OUT_OF_RANGE");
  expect(await failFetch(error)).toEqual({ name: error.name, refreshes: 0, failures: 1 });
});

/** Starts with two leaders, of partitions 0 and 1, and a clock that the test sets. */
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

test("the silence of a partition counts from the last answer of its own leader, even if that was empty", async () => {
  const { clock, fetches, answer } = await start();
  fetches.assign([0, 1]);
  clock.ms = 4_000;
  await answer(0);
  clock.ms = 6_000;
  expect(fetches.longest()).toEqual({ partition: 1, ms: 6_000 });
  await answer(1);
  expect(fetches.longest()).toEqual({ partition: 0, ms: 2_000 });
});

test("the silence before the first assignment counts from the start", async () => {
  const { clock, fetches } = await start();
  clock.ms = 7_000;
  expect(fetches.longest()).toEqual({ partition: null, ms: 7_000 });
});

test("the time that a handler takes counts as silence of the other leaders, but not of its own", async () => {
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

test("a rejoin keeps the silence of the partitions that were already assigned", async () => {
  const { clock, fetches } = await start();
  fetches.assign([0]);
  clock.ms = 3_000;
  fetches.assign([0, 1]);
  expect(fetches.longest()).toEqual({ partition: 0, ms: 3_000 });
});
