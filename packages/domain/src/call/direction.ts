import type { EventType } from "../event/catalogue.ts";
import type { Event } from "../event/event.ts";

/** The kinds of calls. Each kind is counted separately. */
export type CountedAs = "inbound" | "outbound" | "internal";

const DIALED: EventType = "dialer.success";

/**
 * Returns the kind of a call by the direction that its events name, in upper or lower case. A call without a known
 * direction is outbound if a dialer reached the customer, else inbound.
 */
export function countedAs(direction: string | null, events: readonly Pick<Event, "type">[]): CountedAs {
  const named = direction?.toLowerCase();
  if (named === "inbound" || named === "outbound" || named === "internal") return named;
  return events.some(({ type }) => type === DIALED) ? "outbound" : "inbound";
}
