import { canonicalType, isEventType } from "@teravoz/domain/event";
import { words } from "../words.ts";

/** Returns the name of an event type in the language of the page. An unknown type is shown as it was sent. */
export function nameOfEvent(type: string): string {
  const known = canonicalType(type);
  return isEventType(known) ? words.base.eventTypes[known] : type;
}
