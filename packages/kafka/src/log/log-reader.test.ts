import { expect, test } from "@jest/globals";
import type { Admin, Cluster } from "kafkajs";
import { createLogReader } from "./log-reader.ts";

function minCompactionLag(describeConfigs: () => Promise<unknown>): Promise<number> {
  const cluster = { findBroker: async () => {} } as unknown as Cluster;
  return createLogReader(cluster, { describeConfigs } as unknown as Admin).minCompactionLagMs("t");
}
const fails = (type: string) => () => Promise.reject(Object.assign(new Error(type), { type }));

test("the compaction lag of a topic is infinite if the brokers do not show it", async () => {
  expect(await minCompactionLag(fails("TOPIC_AUTHORIZATION_FAILED"))).toBe(Number.POSITIVE_INFINITY);
  expect(await minCompactionLag(async () => ({ resources: [] }))).toBe(Number.POSITIVE_INFINITY);
  const configEntries = [{ configName: "min.compaction.lag.ms", configValue: "60000" }];
  expect(await minCompactionLag(async () => ({ resources: [{ configEntries }] }))).toBe(60_000);
});

test("reading the compaction lag fails if the brokers do not answer", async () => {
  await expect(minCompactionLag(fails("REQUEST_TIMED_OUT"))).rejects.toThrow("REQUEST_TIMED_OUT");
});
