import {
  type Applied,
  type Batch,
  type Erased,
  type Fold,
  keepDeliveries,
  type LoggedEvent,
  latestErased,
  ledgerKeysOf,
  partsOf,
  type StoredEvent,
} from "@teravoz/domain";
import { deleteErased } from "../erasure/erase.ts";
import { enterErasures, findErased } from "../erasure/ledger.ts";
import type { LedgerNames } from "../erasure/names.ts";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import type { CallDocument, EventDocument } from "../mongo/documents.ts";
import { settleAgents } from "./agents.ts";
import { type Again, type Arrivals, countOf, dropErased, type KnownEvent, sortArrivals } from "./arrivals.ts";
import type { Attempt } from "./attempt.ts";
import { countStored } from "./minutes.ts";
import { movePosition } from "./positions.ts";
import { erasureChanges, type KeptCall, keysOf, OVERSIZED_BYTES, settle } from "./settle.ts";

/**
 * A cursor batch size above the number of documents in any result. By default the first batch holds 101 documents, and
 * the rest needs a second round trip.
 */
const ONE_TRIP = 100_000;

/**
 * The maximum number of bytes of events that a batch of several calls may read: as many as one call may have. Eight
 * batches at this limit, read at once, stay within a container of 512 MiB.
 */
const BATCH_BYTES = OVERSIZED_BYTES;
/** The size of a stored event without its payload, in bytes. */
const EVENT_BYTES = 512;

/** The calls of the batch have more events than one transaction should read. A smaller batch can be stored. */
export class BatchTooLarge extends Error {
  override name = "BatchTooLarge";
}

type ApplyAttempt = Attempt & { names: LedgerNames };

/**
 * One try of CallStore.apply inside the transaction of `session`. It reads before it writes, because an E11000 would
 * abort the transaction. It takes the ids outside of the transaction, so that batches of other partitions need not wait
 * for its commit.
 */
export async function applyBatch(attempt: ApplyAttempt, whole: Batch, fold: Fold): Promise<Applied> {
  const refusal = await movePosition(attempt, whole, fold.revision);
  if (refusal) return refusal;
  const { kept, dropped } = dropErased(whole.events, await eraseAll(attempt, whole));
  const batch = { ...whole, events: kept };
  const calls = await readCalls(attempt, keysOf(batch.events, "call"));
  const histories = await readHistories(attempt, batch, calls);
  const known = await readKnown(attempt, batch, calls, histories);
  const { fresh, earlier, duplicates, again } = sortArrivals(batch.events, known);
  const stored = await numberEvents(attempt, fresh, again);
  for (const { uuid, received_at } of earlier) {
    const event = histories.get(uuid);
    if (event) histories.set(uuid, { ...event, received_at });
  }
  const events = [...histories.values(), ...stored.filter(({ kind }) => kind === "call")];
  const { written, changes } = settle({ batch: batch.events, calls, events }, fold, attempt.now);
  await insertEvents(attempt, stored);
  await countStored(attempt, whole, stored);
  await noteRedeliveries(attempt, { again, earlier, known });
  const { readOccurrence } = fold;
  await settleAgents(attempt, { fresh: stored, changed: agentsOf(earlier, whole), readOccurrence });
  await writeCalls(attempt, written, calls);
  const notified = [...erasureChanges(whole, attempt.now), ...changes];
  return { fenced: false, added: stored.map(({ uuid }) => uuid), duplicates, dropped, changes: notified };
}

/** The agents with a stored event whose `received_at` has changed, or that was deleted. */
const agentsOf = (earlier: readonly LoggedEvent[], { erasures = [] }: Batch): string[] => [
  ...keysOf(earlier, "agent"),
  ...erasures.filter(({ kind }) => kind === "agent").map(({ key }) => key),
];

/** Applies the erasures of the batch. Returns all erased subjects among its events, by ledgerId. */
async function eraseAll(
  attempt: ApplyAttempt,
  { events, erasures = [], erased }: Batch,
): Promise<Map<string, Erased>> {
  const { collections, session, names } = attempt;
  const known = erased ?? (await findErased(collections, names, ledgerKeysOf(events), session));
  const asked = [...latestErased(partsOf(erasures)).values()];
  if (asked.length > 0) {
    await enterErasures(collections, names, asked, attempt);
    await deleteErased(collections, asked, session);
  }
  return latestErased<Erased>([...known, ...asked]);
}

export async function readCalls(attempt: Attempt, keys: string[]): Promise<Map<string, KeptCall>> {
  if (keys.length === 0) return new Map();
  const found = await attempt.collections.calls.find({ _id: { $in: keys } }, reading(attempt)).toArray();
  return new Map(found.map((document) => [document._id, keptCall(document)]));
}

const keptCall = ({ _id, overgrown, ...call }: CallDocument): KeptCall => ({
  call,
  oversized: overgrown === true,
});

/** Reads all events of the calls that are still folded, by uuid. Throws BatchTooLarge. */
async function readHistories(
  attempt: Attempt,
  batch: Batch,
  calls: Map<string, KeptCall>,
): Promise<Map<string, StoredEvent>> {
  const keys = keysOf(batch.events, "call").filter((key) => !calls.get(key)?.oversized);
  if (keys.length === 0) return new Map();
  const filter = { aggregate_id: { $in: keys }, kind: "call" as const };
  const histories = new Map<string, StoredEvent>();
  let bytes = 0;
  for await (const { _id, ...event } of attempt.collections.events.find(filter, reading(attempt))) {
    histories.set(_id, { uuid: _id, ...event });
    bytes += event.payload.length + EVENT_BYTES;
    if (bytes > BATCH_BYTES && keys.length > 1)
      throw new BatchTooLarge(
        `the events of ${keys.length} calls are too large for one transaction: store a smaller batch`,
      );
  }
  return histories;
}

/**
 * Finds the events of the batch that are stored already. Events of agents and oversized calls are looked up one by one,
 * because no history was read.
 */
async function readKnown(
  attempt: Attempt,
  batch: Batch,
  calls: Map<string, KeptCall>,
  histories: Map<string, StoredEvent>,
): Promise<Map<string, KnownEvent>> {
  const unread = batch.events.filter(
    ({ kind, aggregate_id }) => kind === "agent" || calls.get(aggregate_id)?.oversized,
  );
  if (unread.length === 0) return histories;
  const filter = { _id: { $in: unread.map(({ uuid }) => uuid) } };
  const projection = {
    kind: 1,
    aggregate_id: 1,
    received_at: 1,
    source: 1,
    last_offset: 1,
    delivery_ids: 1,
  } as const;
  const found = await attempt.collections.events.find(filter, { ...reading(attempt), projection }).toArray();
  return new Map<string, KnownEvent>([
    ...histories,
    ...found.map(({ _id, ...event }) => [_id, { uuid: _id, ...event }] as const),
  ]);
}

export const reading = ({ session }: Attempt) => ({
  session,
  batchSize: ONE_TRIP,
  maxTimeMS: OPERATION_LIMIT_MS,
});

/** Assigns ids to new events. If the same batch also holds redeliveries of a new event, they are already counted. */
async function numberEvents(
  { collections }: Attempt,
  fresh: LoggedEvent[],
  again: Arrivals["again"],
): Promise<StoredEvent[]> {
  if (fresh.length === 0) return [];
  const sequence = await collections.sequences.findOneAndUpdate(
    { _id: "events" },
    { $inc: { last: fresh.length } },
    { upsert: true, returnDocument: "after", maxTimeMS: OPERATION_LIMIT_MS },
  );
  const first = sequence!.last - fresh.length + 1;
  return fresh.map((event, index) => {
    const { delivery_id: _, ...plain } = event;
    return { ...plain, id: first + index, ...countOf(event, again) };
  });
}

async function insertEvents({ collections, session }: Attempt, events: StoredEvent[]): Promise<void> {
  if (events.length === 0) return;
  const options = { session, ordered: false, maxTimeMS: OPERATION_LIMIT_MS };
  await collections.events.insertMany(events.map(eventDocument), options);
}

const eventDocument = (event: StoredEvent): EventDocument => ({
  _id: event.uuid,
  id: event.id,
  kind: event.kind,
  aggregate_id: event.aggregate_id,
  type: event.type,
  occurred_at: event.occurred_at,
  received_at: event.received_at,
  payload: event.payload,
  source: event.source,
  ...(event.redeliveries ? { redeliveries: event.redeliveries, last_offset: event.last_offset! } : {}),
  ...(event.delivery_ids ? { delivery_ids: event.delivery_ids } : {}),
});

type Redelivered = Pick<Arrivals, "again" | "earlier"> & { known: ReadonlyMap<string, KnownEvent> };

/**
 * Counts redeliveries of stored events, and lowers `received_at` if a delivery was received earlier, in one command.
 */
async function noteRedeliveries(
  { collections, session }: Attempt,
  { again, earlier, known }: Redelivered,
): Promise<void> {
  const lowered = new Map(earlier.map(({ uuid, received_at }) => [uuid, received_at]));
  const uuids = new Set([...lowered.keys(), ...again.keys()].filter((uuid) => known.has(uuid)));
  if (uuids.size === 0) return;
  const updates = [...uuids].map((uuid) => ({
    updateOne: { filter: { _id: uuid }, update: changeOf(again.get(uuid), lowered.get(uuid)) },
  }));
  await collections.events.bulkWrite(updates, { session, ordered: false, maxTimeMS: OPERATION_LIMIT_MS });
}

const changeOf = (again: Again | undefined, received_at: Date | undefined) => ({
  ...(again ? { $inc: { redeliveries: again.count } } : {}),
  $set: {
    ...(again ? { last_offset: again.offset, ...keepDeliveries(again.deliveries) } : {}),
    ...(received_at ? { received_at } : {}),
  },
});

/**
 * Writes the calls by deleting the stored ones and inserting all: two commands for any number of calls. In a
 * transaction MongoDB 6.0 replaces calls one by one at 110 us each, because of nine indexes. Two commands take 80 us
 * each.
 */
export async function writeCalls(
  { collections, session }: Attempt,
  written: KeptCall[],
  known: ReadonlyMap<string, KeptCall>,
): Promise<void> {
  if (written.length === 0) return;
  const options = { session, maxTimeMS: OPERATION_LIMIT_MS };
  const replaced = written.map(({ call }) => call.aggregate_id).filter((key) => known.has(key));
  if (replaced.length > 0) await collections.calls.deleteMany({ _id: { $in: replaced } }, options);
  await collections.calls.insertMany(written.map(callDocument), { ...options, ordered: false });
}

const callDocument = ({ call, oversized }: KeptCall): CallDocument => ({
  _id: call.aggregate_id,
  ...call,
  ...(oversized ? { overgrown: true as const } : {}),
});
