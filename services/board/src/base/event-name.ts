import { canonicalType, isEventType } from "@teravoz/domain/event";
import { words } from "../words.ts";

/** The name of an event type in the language of the page. A type that this release does not know is shown as it was sent. */
export function nameOfEvent(type: string): string {
  const known = canonicalType(type);
  return isEventType(known) ? words.base.eventTypes[known] : type;
}
