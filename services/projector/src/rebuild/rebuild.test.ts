import { expect, test } from "@jest/globals";
import { foldCall } from "@teravoz/domain";
import { topicNames } from "@teravoz/kafka";
import { createMemoryStore, OVERGROWN_BYTES } from "@teravoz/store";
import { compareCalls, type RebuildPorts, rebuildCalls } from "./rebuild.ts";

const topics = topicNames("");
const place = { topic: topics.callEvents, partition: 0 };
const LARGE = `{"note":"${"x".repeat(OVERGROWN_BYTES)}"}`;

/** A store with two usual calls and two overgrown ones, and which calls were looked at together. */
async function openStore() {
  const store = createMemoryStore();
  const events = ["a", "b", "large a", "large b"].map((key, offset) => ({
    ...{ uuid: key, kind: "call" as const, aggregate_id: key, type: "call.new" },
    ...{ occurred_at: null, received_at: new Date(), source: { ...place, offset } },
    payload: key.startsWith("large") ? LARGE : "{}",
  }));
  await store.apply({ ...place, expected: null, next: 4, events }, foldCall);
  const together: string[][] = [];
  const ports: RebuildPorts = {
    store: {
      ...store,
      compare: async (keys, fold) => {
        together.push([...keys]);
        return store.compare(keys, fold);
      },
    },
    ...{ topics, fold: foldCall, partitionOf: () => 0 },
    notify: async () => {},
    retry: (work) => work(),
    isWanted: () => true,
    onLooked: () => {},
  };
  return { ports, together };
}

test.each([
  ["a rebuild", rebuildCalls],
  ["a dry run", compareCalls],
])("%s reads each overgrown call by itself", async (_, run) => {
  const { ports, together } = await openStore();
  expect(await run(ports)).toMatchObject({ looked: 4, overgrown: 0, complete: true });
  expect(together).toEqual([["a", "b"], ["large a"], ["large b"]]);
});
