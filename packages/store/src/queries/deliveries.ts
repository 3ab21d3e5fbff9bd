import {
  type DeadLetter,
  type DeliveredEvent,
  type Delivery,
  type DeliveryFilter,
  type Event,
  findOvertaken,
  InvalidCursor,
  type Page,
  type ReadOccurrence,
} from "@teravoz/domain";
import type { DeadLetterCursor } from "../dead-letters/dead-letter-page.ts";
import { readCursor, writeCursor } from "./cursor.ts";

/** The place where a listing continues: below the id of an event, and after a dead letter; null = from the newest. */
type DeliveryCursor = { id: number | null; letter: DeadLetterCursor | null };

/** The two sources of a listing. Each reads at most `limit` after a cursor, newest first. */
export type DeliverySources = {
  events(below: number | null, limit: number): Promise<DeliveredEvent[]>;
  deadLetters(after: DeadLetterCursor | null, limit: number): Promise<DeadLetter[]>;
};

/**
 * Makes a page of events and dead letters, merged by time. Each kind keeps its own order, so that each item is listed
 * once.
 */
export async function mergeDeliveries(
  sources: DeliverySources,
  { of }: DeliveryFilter,
  { limit, cursor }: { limit: number; cursor: string | null },
): Promise<Page<Delivery>> {
  const from = cursor === null ? { id: null, letter: null } : readDeliveryCursor(cursor);
  // one more than the page may hold shows whether there is a next page
  const [events, deadLetters] = await Promise.all([
    of === "letters" ? [] : sources.events(from.id, limit + 1),
    of === "events" ? [] : sources.deadLetters(from.letter, limit + 1),
  ]);
  const merged = mergeByTime(events, deadLetters);
  const items = merged.slice(0, limit);
  return { items, next: merged.length > limit ? writeDeliveryCursor(items.reduce(cursorAfter, from)) : null };
}

function mergeByTime(events: readonly DeliveredEvent[], deadLetters: readonly DeadLetter[]): Delivery[] {
  const merged: Delivery[] = [];
  let next = 0;
  for (const event of events) {
    for (; deadLetters[next] && deadLetters[next]!.first_seen > event.received_at; next += 1)
      merged.push({ letter: deadLetters[next]! });
    merged.push({ event });
  }
  return [...merged, ...deadLetters.slice(next).map((deadLetter) => ({ letter: deadLetter }))];
}

const cursorAfter = (cursor: DeliveryCursor, delivery: Delivery): DeliveryCursor =>
  "event" in delivery ? { ...cursor, id: delivery.event.id } : { ...cursor, letter: delivery.letter };

const writeDeliveryCursor = ({ id, letter: deadLetter }: DeliveryCursor): string =>
  writeCursor(`${id ?? ""}/${deadLetter ? `${deadLetter.first_seen.getTime()}:${deadLetter.id}` : ""}`);

function readDeliveryCursor(cursor: string): DeliveryCursor {
  const read = /^([1-9]\d{0,14})?\/(?:(\d{1,14}):([0-9a-f]{64}))?$/.exec(readCursor(cursor));
  if (!read || read[0] === "/") throw new InvalidCursor();
  const [, event, ms, id] = read;
  const deadLetter = id === undefined ? null : { first_seen: new Date(Number(ms)), id };
  return { id: event === undefined ? null : Number(event), letter: deadLetter };
}

/** A delivered event, without its place in the order of its call. */
export type Arrived = Omit<DeliveredEvent, "redeliveries" | "overtaken_by"> & { redeliveries?: number };

/**
 * Adds the event that overtook each delivery in the order of its call. `histories` holds all events of the calls whose
 * order is checked.
 */
export function describeArrivals(
  arrived: readonly Arrived[],
  histories: Iterable<Event>,
  readOccurrence: ReadOccurrence,
): DeliveredEvent[] {
  const calls = [...Map.groupBy(histories, ({ aggregate_id }) => aggregate_id).values()];
  const overtaken = new Map(calls.flatMap((events) => [...findOvertaken(events, readOccurrence)]));
  return arrived.map((event) => ({
    ...event,
    redeliveries: event.redeliveries ?? 0,
    overtaken_by: overtaken.get(event.uuid) ?? null,
  }));
}

/**
 * The maximum number of events that a page reads to find the order of its calls. It is enough for more than a thousand
 * usual calls, and takes some 40 ms.
 */
const MAX_ORDERED = 10_000;

/** Chooses the calls whose events are read, the shortest first. */
export function callsToOrder(calls: readonly { aggregate_id: string; events: number }[]): string[] {
  let sum = 0;
  return calls
    .toSorted((one, other) => one.events - other.events)
    .filter(({ events }) => {
      sum += events;
      return sum <= MAX_ORDERED;
    })
    .map(({ aggregate_id }) => aggregate_id);
}
