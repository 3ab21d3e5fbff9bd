import {
  type Erased,
  erasureOf,
  type KeptDeliveries,
  keepDeliveries,
  type LoggedEvent,
  type StoredEvent,
} from "@teravoz/domain";

/** The fields of a stored event that decide whether another delivery changes it. */
export type KnownEvent = Pick<
  StoredEvent,
  "uuid" | "kind" | "aggregate_id" | "received_at" | "source" | "last_offset" | "delivery_ids"
>;

/** The number of redeliveries of an event, the offset of the last one, and the ids of its deliveries. */
export type Again = { count: number; offset: number; deliveries: Set<string> };

export type Arrivals = {
  /** New events, each once, in the order of the batch, with the earliest `received_at` of their deliveries. */
  fresh: LoggedEvent[];
  /** Deliveries that were received before the stored `received_at` of their event. */
  earlier: LoggedEvent[];
  /** The uuids of all repeated deliveries. */
  duplicates: string[];
  /**
   * The duplicates that count as redeliveries, by uuid. Records that a replay reads again, and the second record of one
   * delivery, do not count.
   */
  again: ReadonlyMap<string, Again>;
};

/** Separates erased events from the others. `erased` is keyed by ledgerId. */
export function dropErased(
  events: readonly LoggedEvent[],
  erased: ReadonlyMap<string, Erased>,
): { kept: readonly LoggedEvent[]; dropped: string[] } {
  if (erased.size === 0) return { kept: events, dropped: [] };
  const stays = (event: LoggedEvent) => erasureOf(event, erased) === undefined;
  const [kept, out] = [events.filter(stays), events.filter((event) => !stays(event))];
  return { kept, dropped: out.map(({ uuid }) => uuid) };
}

/**
 * Separates new events from repeated ones. Throws if two different events have the same uuid: such a batch can never be
 * stored.
 */
export function sortArrivals(
  events: readonly LoggedEvent[],
  known: ReadonlyMap<string, KnownEvent>,
): Arrivals {
  const distinct = new Map<string, LoggedEvent>();
  const duplicates: string[] = [];
  const again = new Map<string, Again>();
  for (const event of events) {
    const before = distinct.get(event.uuid);
    if (before) demandSame(before, event);
    if (before || known.has(event.uuid)) {
      duplicates.push(event.uuid);
      count(again, event, known.get(event.uuid) ?? firstOf(before!));
    }
    distinct.set(event.uuid, before ? earliest(before, event) : event);
  }
  const arrived = [...distinct.values()];
  return {
    fresh: arrived.filter(({ uuid }) => !known.has(uuid)),
    earlier: arrived.filter((event) => isEarlier(event, known.get(event.uuid))),
    duplicates,
    again,
  };
}

/** The fields that count the redeliveries of a new event within its batch; absent = none. */
export function countOf(
  event: LoggedEvent,
  again: Arrivals["again"],
): Pick<StoredEvent, "redeliveries" | "last_offset"> & KeptDeliveries {
  const counted = again.get(event.uuid);
  if (!counted) return keepDeliveries(deliveryOf(event));
  const { count, offset, deliveries } = counted;
  return { redeliveries: count, last_offset: offset, ...keepDeliveries(deliveries) };
}

const deliveryOf = ({ delivery_id }: LoggedEvent): string[] => (delivery_id ? [delivery_id] : []);

const firstOf = (event: LoggedEvent): KnownEvent => ({ ...event, ...keepDeliveries(deliveryOf(event)) });

/**
 * Counts a redelivery. A record was read before if its offset is not above the last one, because offsets of a partition
 * grow and a key stays in its partition.
 */
function count(again: Map<string, Again>, event: LoggedEvent, first: KnownEvent): void {
  const { uuid, source, republished, delivery_id } = event;
  if (republished) return;
  const { count, offset, deliveries } = again.get(uuid) ?? {
    count: 0,
    offset: first.last_offset ?? first.source.offset,
    deliveries: new Set(first.delivery_ids),
  };
  const isReadAgain = source.topic === first.source.topic && source.offset <= offset;
  const isCopy = delivery_id !== undefined && deliveries.has(delivery_id);
  if (isReadAgain || isCopy) return;
  if (delivery_id !== undefined) deliveries.add(delivery_id);
  again.set(uuid, { count: count + 1, offset: source.offset, deliveries });
}

/** The event with the earlier `received_at`. Its place in the log stays that of the first delivery. */
const earliest = (first: LoggedEvent, again: LoggedEvent): LoggedEvent =>
  again.received_at < first.received_at ? { ...first, received_at: again.received_at } : first;

function isEarlier(event: LoggedEvent, known: KnownEvent | undefined): boolean {
  if (!known) return false;
  demandSame(known, event);
  return event.received_at < known.received_at;
}

function demandSame(one: KnownEvent, other: KnownEvent): void {
  if (one.aggregate_id !== other.aggregate_id || one.kind !== other.kind) {
    throw new Error("two different events have the same uuid: the batch cannot be stored");
  }
}
