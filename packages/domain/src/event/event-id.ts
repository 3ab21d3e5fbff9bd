import { v5 } from "uuid";
import { readTimestamp } from "../time/timestamp.ts";

/** Part of the id of every event of every gateway. It must never change. */
const NAMESPACE = "b21b0844-e273-44af-b814-9865eee9a94f";
/** Within this time an equal body without a stamp counts as a redelivery. */
const SLOT_MS = 600_000;

/**
 * The id of an event, equal for two deliveries of the same event: the UUIDv5 of the body's bytes, because the vendor redelivers byte for
 * byte. A body with neither a readable time nor a `sid` could be a second, real event. There the 10-minute slot of its reception is part
 * of the name, after a NUL. No JSON text contains a NUL, so no body has the name of another.
 */
export function eventId(bytes: Uint8Array, body: Record<string, unknown>, received_at: Date): string {
  return hasIdentity(body) ? idOfBytes(bytes) : idInSlot(bytes, received_at);
}

/** Whether an event with these bytes, received at that time, has this id. It proves that an event was read as it was written. */
export const isEventId = (id: string, bytes: Uint8Array, received_at: Date): boolean =>
  id === idOfBytes(bytes) || id === idInSlot(bytes, received_at);

const idOfBytes = (bytes: Uint8Array): string => v5(bytes, NAMESPACE);

function idInSlot(bytes: Uint8Array, received_at: Date): string {
  const slot = Math.floor(received_at.getTime() / SLOT_MS);
  return v5(Buffer.concat([bytes, Buffer.from(`\0${slot}`)]), NAMESPACE);
}

/** Reads the time in UTC in every zone, because the id of an event must not depend on a setting. */
function hasIdentity({ sid, timestamp }: Record<string, unknown>): boolean {
  const named = (typeof sid === "string" && sid !== "") || typeof sid === "number";
  return named || readTimestamp(timestamp) !== null;
}
