import type { ReadOccurrence } from "../time/timestamp.ts";
import { readBody } from "./body.ts";
import type { Event } from "./event.ts";

/**
 * The event with `occurred_at` as these rules read it from the body. The one it came with was read by the process that received the
 * event, whose settings may have been others.
 */
export function stampEvent<E extends Event>(event: E, readOccurrence: ReadOccurrence): E {
  const stamp = readOccurrence(readBody(event.payload).timestamp, event.received_at);
  return { ...event, occurred_at: stamp && new Date(stamp.ms) };
}
