import {
  type Erased,
  isErased,
  type LoggedEvent,
  type StoredEvent,
  subjectId,
  subjectOf,
} from "@teravoz/domain";

/** What must be known of a stored event to tell whether another delivery changes it. */
export type KnownEvent = Pick<StoredEvent, "uuid" | "kind" | "aggregate_id" | "received_at">;

export type Arrivals = {
  /** Not stored yet: each once, in the order of the batch, with the earliest received_at of its deliveries. */
  fresh: LoggedEvent[];
  /** Stored, with a later received_at than this delivery's. */
  earlier: LoggedEvent[];
  /** The uuid of every delivery that was one too many. */
  duplicates: string[];
  /** The same by uuid: how often each came again. */
  again: ReadonlyMap<string, number>;
};

/** Tells what stays out from the rest; `erased` by subjectId. */
export function dropErased(
  events: readonly LoggedEvent[],
  erased: ReadonlyMap<string, Erased>,
): { kept: readonly LoggedEvent[]; dropped: string[] } {
  if (erased.size === 0) return { kept: events, dropped: [] };
  const stays = (event: LoggedEvent) => {
    const subject = erased.get(subjectId(subjectOf(event)));
    return !subject || !isErased(event, subject);
  };
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
  const again = new Map<string, number>();
  for (const event of events) {
    const before = distinct.get(event.uuid);
    if (before) demandSame(before, event);
    if (before || known.has(event.uuid)) {
      duplicates.push(event.uuid);
      again.set(event.uuid, (again.get(event.uuid) ?? 0) + 1);
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
export function countOf({ uuid }: LoggedEvent, again: Arrivals["again"]): Pick<StoredEvent, "redeliveries"> {
  const redeliveries = again.get(uuid);
  return redeliveries ? { redeliveries } : {};
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
