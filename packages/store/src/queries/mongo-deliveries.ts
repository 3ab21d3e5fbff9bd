import type {
  DeliveredEvent,
  Delivery,
  DeliveryFilter,
  Event,
  EventKind,
  Page,
  ReadOccurrence,
} from "@teravoz/domain";
import { readDeadLetters } from "../dead-letters/mongo-dead-letters.ts";
import type { Collections } from "../mongo/collections.ts";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import { type Arrived, callsToOrder, describeArrivals, mergeDeliveries } from "./deliveries.ts";

const reading = { readConcern: { level: "snapshot" }, maxTimeMS: OPERATION_LIMIT_MS } as const;

/** See CallQueries.listDeliveries. */
export function listDeliveries(
  collections: Collections,
  filter: DeliveryFilter,
  page: { limit: number; cursor: string | null },
  readOccurrence: ReadOccurrence,
): Promise<Page<Delivery>> {
  const key = filter.key === undefined ? {} : { key: filter.key };
  return mergeDeliveries(
    {
      events: (below, limit) => readEvents(collections, { ...key, below, limit, readOccurrence }),
      deadLetters: (after, limit) => readDeadLetters(collections.deadLetters, { filter: key, after, limit }),
    },
    filter,
    page,
  );
}

type Asked = { key?: string; below: number | null; limit: number; readOccurrence: ReadOccurrence };

const KINDS: EventKind[] = ["call", "agent"];

async function readEvents(
  collections: Collections,
  { key, below, limit, readOccurrence }: Asked,
): Promise<DeliveredEvent[]> {
  const owned = key === undefined ? {} : { kind: { $in: KINDS }, aggregate_id: { $eq: key } };
  // a key has few events: reading all of them costs less than skipping all other events in the order of ids
  const hint = key === undefined ? {} : { hint: { kind: 1, aggregate_id: 1 } };
  const found = await collections.events
    .find(
      { ...owned, ...(below === null ? {} : { id: { $lt: below } }) },
      { ...reading, ...hint, projection: { payload: 0, source: 0, last_offset: 0, delivery_ids: 0 } },
    )
    .sort({ id: -1 })
    .limit(limit)
    .toArray();
  const arrived = found.map(({ _id, ...event }): Arrived => ({ uuid: _id, ...event }));
  return describeArrivals(arrived, await readHistories(collections, arrived), readOccurrence);
}

/**
 * Reads all events of the calls that are not oversized. The events of an oversized call would be read with every page.
 */
async function readHistories({ calls, events }: Collections, arrived: readonly Arrived[]): Promise<Event[]> {
  const keys = new Set(arrived.filter(({ kind }) => kind === "call").map(({ aggregate_id }) => aggregate_id));
  if (keys.size === 0) return [];
  const sizes = await calls
    .find(
      { _id: { $in: [...keys] }, overgrown: { $ne: true } },
      { ...reading, projection: { _id: 0, aggregate_id: 1, events: 1 } },
    )
    .toArray();
  const ordered = { kind: "call" as const, aggregate_id: { $in: callsToOrder(sizes) } };
  const found = await events.find(ordered, { ...reading, projection: { source: 0 } }).toArray();
  return found.map(({ _id, ...event }) => ({ uuid: _id, ...event }));
}
