import {
  type Erased,
  erasureOf,
  type KeptDeliveries,
  keepDeliveries,
  type LoggedEvent,
  type StoredEvent,
} from "@teravoz/domain";

/** What must be known of a stored event to tell whether another delivery changes it. */
export type KnownEvent = Pick<
  StoredEvent,
  "uuid" | "kind" | "aggregate_id" | "received_at" | "source" | "last_offset" | "delivery_ids"
>;

/** How often an event came again, the offset at which it did last, and the ids of its deliveries. */
export type Again = { count: number; offset: number; deliveries: Set<string> };

export type Arrivals = {
  /** Not stored yet: each once, in the order of the batch, with the earliest received_at of its deliveries. */
  fresh: LoggedEvent[];
  /** Stored, with a later received_at than this delivery's. */
  earlier: LoggedEvent[];
  /** The uuid of every delivery that was one too many. */
  duplicates: string[];
  /**
   * Of these by uuid those that count as redeliveries: not what is read from the log once more, by a replay, nor the second record of
   * one delivery.
   */
  again: ReadonlyMap<string, Again>;
};

/** Tells what stays out from the rest; `erased` by ledgerId. */
export function dropErased(
  events: readonly LoggedEvent[],
  erased: ReadonlyMap<string, Erased>,
): { kept: readonly LoggedEvent[]; dropped: string[] } {
  if (erased.size === 0) return { kept: events, dropped: [] };
  const stays = (event: LoggedEvent) => erasureOf(event, erased) === undefined;
  const [kept, out] = [events.filter(stays), events.filter((event) => !stays(event))];
  return { kept, dropped: out.map(({ uuid }) => uuid) };
}

/** Tells new events from repeated ones. Throws where one uuid stands for two events: such a batch can never be stored. */
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

/** How often a new event came again within its batch, as it is stored: absent = never. */
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

/** Offsets of a partition grow, and a key stays in its partition. */
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

/** The place in the log stays that of the first delivery. */
const earliest = (first: LoggedEvent, again: LoggedEvent): LoggedEvent =>
  again.received_at < first.received_at ? { ...first, received_at: again.received_at } : first;

function isEarlier(event: LoggedEvent, known: KnownEvent | undefined): boolean {
  if (!known) return false;
  demandSame(known, event);
  return event.received_at < known.received_at;
}

function demandSame(one: KnownEvent, other: KnownEvent): void {
  if (one.aggregate_id !== other.aggregate_id || one.kind !== other.kind) {
    throw new Error("one uuid names two events");
  }
}
