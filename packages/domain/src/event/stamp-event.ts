import type { ReadOccurrence } from "../time/timestamp.ts";
import { readBody } from "./body.ts";
import type { Event } from "./event.ts";

/**
 * Sets `occurred_at` by the given reader. The process that received the event may have read the stamp by other
 * settings.
 */
export function stampEvent<E extends Event>(event: E, readOccurrence: ReadOccurrence): E {
  const stamp = readOccurrence(readBody(event.payload).timestamp, event.received_at);
  return { ...event, occurred_at: stamp && new Date(stamp.ms) };
}
