import type { Event } from "../event/event.ts";

/** The kinds of calls, each with numbers of its own. */
export type CountedAs = "inbound" | "outbound" | "internal";

/**
 * The kind of a call by the direction its events tell, in any case. A call that tells none, or an unknown one, is inbound; it is
 * outbound if a dialler reached it.
 */
export function countedAs(direction: string | null, events: readonly Pick<Event, "type">[]): CountedAs {
  const told = direction?.toLowerCase();
  if (told === "inbound" || told === "outbound" || told === "internal") return told;
  return events.some(({ type }) => type === "dialer.success") ? "outbound" : "inbound";
}
