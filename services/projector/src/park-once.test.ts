import { beforeEach, expect, test } from "@jest/globals";
import { foldCall } from "@teravoz/domain";
import type { ConsumedBatch, ConsumedRecord } from "@teravoz/kafka";
import { createLog } from "@teravoz/runtime";
import { createMemoryDeadLetters, createMemoryStore } from "@teravoz/store";
import { parkOnce } from "./park-once.ts";

const PLACE = { topic: "call-events", partition: 3 };
const BATCH: ConsumedBatch = { ...PLACE, expected: 0, records: [], stored: [], next: 1 };
const SEEN_UNTIL = 1_000;

const record = (text: string, timestamp: number): ConsumedRecord => ({
  offset: 0,
  key: null,
  value: Buffer.from(text),
  headers: {},
  timestamp,
});

let deadLetters: ReturnType<typeof createMemoryDeadLetters>;
let store: ReturnType<typeof createMemoryStore>;
let parked: number[];
let park: ReturnType<typeof parkOnce>;
beforeEach(async () => {
  deadLetters = createMemoryDeadLetters();
  store = createMemoryStore({ deadLetters });
  parked = [];
  park = parkOnce(
    { store, log: createLog("test", "silent") },
    async ({ timestamp }) => void parked.push(timestamp),
  );
  const arrived = {
    key: null,
    type: null,
    reason: "not-avro",
    service: "projector",
    source: null,
    first_seen: new Date(0),
    last_seen: new Date(0),
    body: Buffer.from("stored"),
  };
  await deadLetters.add({
    topic: "dead-letters",
    partition: 0,
    expected: null,
    next: 1,
    deadLetters: [arrived],
  });
  await store.apply({ ...PLACE, expected: null, next: 5, events: [] }, foldCall);
});

const putBack = () =>
  store.replacePosition(PLACE, { expected: 5, next: 0, identities: [], seenUntil: SEEN_UNTIL });

test("a record is parked if its partition was never reset, even if its dead letter is stored", async () => {
  await park(record("stored", 10), BATCH, null);
  expect(parked).toEqual([10]);
});

test("a record that was parked before its partition was reset is not parked again", async () => {
  await putBack();
  await park(record("stored", SEEN_UNTIL), BATCH, null);
  expect(parked).toEqual([]);
});

test("a record that came after the partition was reset is parked, and so is a record without a stored dead letter", async () => {
  await putBack();
  await park(record("stored", SEEN_UNTIL + 1), BATCH, null);
  await park(record("never stored", 10), BATCH, null);
  expect(parked).toEqual([SEEN_UNTIL + 1, 10]);
});
