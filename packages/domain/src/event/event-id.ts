import { v5 } from "uuid";
import { readTimestamp } from "../time/timestamp.ts";

/** Part of the id of every event of every gateway. It must never change. */
const NAMESPACE = "b21b0844-e273-44af-b814-9865eee9a94f";
/** Within this time an equal body without a stamp counts as a redelivery. */
const SLOT_MS = 600_000;

/**
 * Returns the id of an event, which is equal for two deliveries of the same event: the UUIDv5 of the body's bytes,
 * because the vendor redelivers byte for byte. An equal body with neither a readable time nor a `sid` could also be a
 * second event, so its UUIDv5 also includes the 10-minute slot of its reception, after a NUL. No JSON text contains a
 * NUL, so this name never equals that of another body.
 */
export function eventId(bytes: Uint8Array, body: Record<string, unknown>, received_at: Date): string {
  return hasIdentity(body) ? idOfBytes(bytes) : idInSlot(bytes, received_at);
}

/**
 * Returns whether an event with these bytes, received at that time, has this id. If so, the record was decoded with the
 * schema that wrote it.
 */
export const isEventId = (id: string, bytes: Uint8Array, received_at: Date): boolean =>
  id === idOfBytes(bytes) || id === idInSlot(bytes, received_at);

const idOfBytes = (bytes: Uint8Array): string => v5(bytes, NAMESPACE);

function idInSlot(bytes: Uint8Array, received_at: Date): string {
  const slot = Math.floor(received_at.getTime() / SLOT_MS);
  return v5(Buffer.concat([bytes, Buffer.from(`\0${slot}`)]), NAMESPACE);
}

/**
 * Returns whether a body has a `sid` or a readable time. The time is always read in UTC, because the id of an event
 * must not depend on a setting.
 */
function hasIdentity({ sid, timestamp }: Record<string, unknown>): boolean {
  const named = (typeof sid === "string" && sid !== "") || typeof sid === "number";
  return named || readTimestamp(timestamp) !== null;
}
