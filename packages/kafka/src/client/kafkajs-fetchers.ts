import { createRequire } from "node:module";

/*
 * kafkajs 2.2.4 creates new fetchers when the brokers of the cluster change, even if the consumer is being stopped at
 * that moment. A stopped consumer answers them immediately with no records, forever, so that the process never runs
 * anything else. With this patch a stopped consumer stops the fetchers that call it.
 */

type Runner = {
  running: boolean;
  fetchManager: { stop(): Promise<void> };
  fetch(nodeId: string): Promise<unknown[]>;
};

const load = createRequire(import.meta.url);
const { prototype } = load("kafkajs/src/consumer/runner") as { prototype: Runner };

const { fetch } = prototype;
prototype.fetch = async function (this: Runner, nodeId) {
  // the stop resolves when the calling fetcher has ended, so it cannot be awaited here
  if (!this.running) void this.fetchManager.stop();
  return fetch.call(this, nodeId);
};
