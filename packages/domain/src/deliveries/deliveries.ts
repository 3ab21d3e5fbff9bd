import { orderKeyOf, sortOrderKeys } from "../call/order.ts";
import { canonicalType, findDefinition } from "../event/catalogue.ts";
import type { Event, StoredEvent } from "../event/event.ts";
import { readOccurrence as readInUtc } from "../time/timestamp.ts";
import type { DeadLetter } from "./dead-letter.ts";

/** A delivered event, without its body. */
export type DeliveredEvent = Omit<
  StoredEvent,
  "payload" | "source" | "redeliveries" | "last_offset" | "delivery_ids"
> & {
  /** The number of redeliveries. */
  redeliveries: number;
  /** The type of an event that was received before this one and comes after it in the call; null if there is none. */
  overtaken_by: string | null;
};

/** A delivery to the webhook: an event, or a dead letter that could not become one. */
export type Delivery = { event: DeliveredEvent } | { letter: DeadLetter };

/** An event may have several of these. It is `new` if it has no other. */
export const EVENT_STATUSES = ["new", "redelivered", "late", "out-of-order"] as const;
export const DEAD_LETTER_STATUSES = ["unknown-type", "refused", "parked"] as const;
export const DELIVERY_STATUSES = [...EVENT_STATUSES, ...DEAD_LETTER_STATUSES] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/**
 * The time after which a reception is late. The vendor sends within seconds, and repeats a delivery that was not
 * accepted. A minute is longer than any network delay, and short for the interval of a retry.
 */
export const LATE_MS = 60_000;

/**
 * Returns whether an event was received more than a minute after it happened. An event without a stamp is never late.
 */
export const isLate = ({ occurred_at, received_at }: Pick<Event, "occurred_at" | "received_at">): boolean =>
  occurred_at !== null && received_at.getTime() - occurred_at.getTime() > LATE_MS;

export function statusesOf(delivery: Delivery): DeliveryStatus[] {
  if ("letter" in delivery) return [deadLetterStatus(delivery.letter)];
  const { event } = delivery;
  const statuses: DeliveryStatus[] = [];
  if (event.redeliveries > 0) statuses.push("redelivered");
  if (isLate(event)) statuses.push("late");
  if (event.overtaken_by !== null) statuses.push("out-of-order");
  return statuses.length > 0 ? statuses : ["new"];
}

/**
 * Returns the status of a dead letter. A consumer parked it if it has a source. Otherwise ingest refused the body, and
 * the type decides.
 */
function deadLetterStatus({ source, type }: Pick<DeadLetter, "source" | "type">): DeliveryStatus {
  if (source !== null) return "parked";
  return type !== null && findDefinition(canonicalType(type)) ? "refused" : "unknown-type";
}

/**
 * Finds, for each overtaken event of a call, the type of the first event that comes after it and was received before
 * it. The keys are uuids.
 */
export function findOvertaken(events: readonly Event[], readOccurrence = readInUtc): Map<string, string> {
  const ordered = sortOrderKeys(
    events.map((event) => {
      const { type, received_at } = event;
      return { ...orderKeyOf(event, readOccurrence), type, received: received_at.getTime() };
    }),
  );
  const overtaken = new Map<string, string>();
  let earliest = Number.POSITIVE_INFINITY;
  for (let index = ordered.length - 1; index >= 0; index -= 1) {
    const { uuid, received } = ordered[index]!;
    if (earliest < received) overtaken.set(uuid, overtakerOf(ordered, index).type);
    earliest = Math.min(earliest, received);
  }
  return overtaken;
}

function overtakerOf<P extends { received: number }>(ordered: readonly P[], index: number): P {
  let at = index + 1;
  while (ordered[at]!.received >= ordered[index]!.received) at += 1;
  return ordered[at]!;
}
