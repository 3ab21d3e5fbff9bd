import { beforeEach, expect, test } from "@jest/globals";
import { type Change, type Fold, foldCall } from "@teravoz/domain";
import { partitionOf, topicNames } from "@teravoz/kafka";
import { createLog, createMetrics } from "@teravoz/runtime";
import { createMemoryStore, OVERSIZED_BYTES } from "@teravoz/store";
import { claimPartitions, completeRebuilds } from "./takeover.ts";

const topics = topicNames("");
const log = createLog("takeover-test", "info", { write: (line) => void said.push(JSON.parse(line)) });
const NEWER = foldCall.revision + 1;
const newer: Fold = Object.assign(
  (events: Parameters<Fold>[0]) => ({ ...foldCall(events)!, fold: NEWER, code: "newer" }),
  { ...foldCall, revision: NEWER },
);

let store: ReturnType<typeof createMemoryStore>;
let notified: Change[];
let said: Record<string, unknown>[];
beforeEach(() => {
  store = createMemoryStore();
  [notified, said] = [[], []];
});

/** Runs a projector's rebuild to its end. Returns whether calls of an older fold might have been left. */
async function start(fold: Fold): Promise<boolean> {
  const isBehind = await claimPartitions({ store, topics, fold, log }, { add: () => {} });
  const crashes: unknown[] = [];
  const rebuilds = completeRebuilds({
    store,
    topics,
    fold,
    log,
    isBehind,
    metrics: createMetrics(),
    notify: async (changes) => void notified.push(...changes),
    onSuperseded: (revision) => void crashes.push(revision),
    onCrash: (error) => void crashes.push(error),
  });
  await rebuilds.done;
  expect(crashes).toEqual([]);
  return isBehind;
}

async function storeCall(key: string, payload = "{}"): Promise<void> {
  const place = { topic: topics.callEvents, partition: partitionOf(key) };
  const event = {
    uuid: key,
    kind: "call" as const,
    aggregate_id: key,
    type: "call.new",
    payload,
    occurred_at: null,
    received_at: new Date(),
    source: { ...place, offset: 0 },
  };
  const expected = await store.position(place.topic, place.partition);
  await store.apply({ ...place, expected, next: 1 + (expected ?? 0), events: [event] }, foldCall);
}

test("calls are folded again by the first start of a raised fold, and by no later one", async () => {
  await storeCall("a");
  expect(await start(newer)).toBe(true);
  expect(await store.findCalls(["a"])).toMatchObject([{ code: "newer" }]);
  expect(notified).toMatchObject([{ key: "a" }]);
  expect(await start(newer)).toBe(false);
  expect(notified).toHaveLength(1);
});

test("oversized calls are left to rebuild:calls, and their number is logged", async () => {
  await storeCall("a");
  await storeCall("large", `{"note":"${"x".repeat(OVERSIZED_BYTES)}"}`);
  await start(newer);
  expect(await store.findCalls(["a"])).toMatchObject([{ code: "newer" }]);
  expect(await store.findCalls(["large"])).toMatchObject([{ code: null }]);
  expect(said).toContainEqual(expect.objectContaining({ level: "warn", oversized: 1 }));
});

test("changes that a killed rebuild has stored and not notified are notified once, by the next start", async () => {
  expect(await start(foldCall)).toBe(true);
  await storeCall("a");
  const altered: Fold = Object.assign(
    (events: Parameters<Fold>[0]) => ({ ...foldCall(events)!, queue: "x" }),
    foldCall,
  );
  const place = { topic: topics.callEvents, partition: partitionOf("a") };
  await store.refold({ ...place, keys: ["a"] }, altered);
  expect(await start(foldCall)).toBe(false);
  expect(notified).toMatchObject([{ key: "a" }]);
  await start(foldCall);
  expect(notified).toHaveLength(1);
});
