import { createRequire } from "node:module";

/*
 * kafkajs 2.2.4 makes new fetchers when the brokers of the cluster change, even if the consumer is being stopped at that moment.
 * A stopped consumer answers them with nothing, at once and for ever: the process never runs anything else again. Here
 * a stopped consumer stops the fetchers that ask it.
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
  // the stop resolves when the fetcher that asks has ended, so it cannot be awaited here
  if (!this.running) void this.fetchManager.stop();
  return fetch.call(this, nodeId);
};
