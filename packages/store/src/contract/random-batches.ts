import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { type FoldedCall, foldCall, type LoggedEvent } from "@teravoz/domain";
import fc from "fast-check";
import { openMemoryStore } from "../memory/open-memory-store.ts";
import { at, createWriter, findEvents, foldedPart, type Opened, sampleEvent, type Use } from "./samples.ts";

const TYPES = [
  "call.new",
  "call.standby",
  "call.waiting",
  "actor.entered",
  "call.ongoing",
  "actor.left",
  "call.queue-abandon",
  "call.finished",
];

/** A delivery: its call and event, its time of reception and its partition. */
const delivery = fc.record({
  call: fc.nat(3),
  event: fc.nat(9),
  receivedAfter: fc.nat(30),
  partition: fc.nat(1),
});
const history = fc.array(fc.array(delivery, { maxLength: 8 }), { maxLength: 8 });
type Delivery = { call: number; event: number; receivedAfter: number; partition: number };

/** Makes the event of a delivery. The same number is the same event, with the same uuid and body in each delivery. */
function deliver(run: string, { call, event, receivedAfter }: Delivery, offset: number): LoggedEvent {
  const occurred = at(event % 5).toISOString();
  return {
    ...sampleEvent({
      aggregate_id: `${run}-${call}`,
      type: TYPES[event % TYPES.length]!,
      received_at: at(100 + receivedAfter),
      body: {
        timestamp: event % 2 ? occurred : occurred.replace(".000", ""),
        queue: String(event),
        code: null,
      },
      offset,
    }),
    uuid: `${run}-${call}-${event}`,
  };
}

/** Writes each batch to both partitions: each partition gets the events that were delivered there. */
async function writeAll(opened: Opened, batches: LoggedEvent[][][]): Promise<void> {
  const writers = [createWriter(opened), createWriter(opened)];
  for (const batch of batches) {
    for (const [partition, events] of batch.entries()) await writers[partition]!.write(events);
  }
}

async function read(opened: Opened, calls: string[]): Promise<{ folded: FoldedCall[]; events: unknown[] }> {
  const found = await opened.queries.findCalls(calls);
  const events = await Promise.all(calls.map((call) => findEvents(opened, call)));
  return {
    folded: found.map(foldedPart).sort((one, other) => (one.aggregate_id < other.aggregate_id ? -1 : 1)),
    events: events.flat().map(({ id: _id, ...event }) => event),
  };
}

export function describeRandomBatches(use: Use): void {
  test("random batches give the fold of the set of events, and the same result as the model in memory", async () => {
    const property = fc.asyncProperty(history, async (batches) => {
      const run = randomUUID();
      const written = batches.map((batch, index) =>
        [0, 1].map((partition) =>
          batch
            .filter((one) => one.partition === partition)
            .map((one, place) => deliver(run, one, index * 8 + place)),
        ),
      );
      const { erasures, ...memory } = openMemoryStore();
      const model: Opened = { ...memory, erasures, close: async () => {} };
      await writeAll(model, written);
      await writeAll(use(), written);
      const calls = [0, 1, 2, 3].map((call) => `${run}-${call}`);
      const left = await read(use(), calls);
      const all = written.flat(2);
      const folds = calls.map((call) => foldCall(all.filter(({ aggregate_id }) => aggregate_id === call)));
      expect(left.folded).toEqual(folds.filter((fold) => fold !== null));
      expect(left).toEqual(await read(model, calls));
    });
    // 40 histories of up to 64 deliveries take a few seconds on a real database
    await fc.assert(property, { numRuns: 40 });
  }, 120_000);
}
