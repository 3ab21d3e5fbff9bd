import { v5 } from "uuid";
import { readTimestamp } from "../time/timestamp.ts";

/** Names every event of every gateway: never to change. */
const NAMESPACE = "b21b0844-e273-44af-b814-9865eee9a94f";
/** How long an equal body without a stamp still counts as a redelivery. */
const SLOT_MS = 600_000;

/**
 * When two deliveries are the same event: UUIDv5 of the body's bytes, for the vendor redelivers byte for byte. A body
 * with neither a readable time nor a `sid` could be a second, real event: there the 10-minute slot of its arrival
 * is part of the name, behind a NUL, which no JSON text holds, so that no body can pass for another.
 */
export function eventId(bytes: Uint8Array, body: Record<string, unknown>, received_at: Date): string {
  return hasIdentity(body) ? idOfBytes(bytes) : idInSlot(bytes, received_at);
}

/** Whether an event of these bytes, received at that time, has this id: an event proves by it that it was read as it was written. */
export const isEventId = (id: string, bytes: Uint8Array, received_at: Date): boolean =>
  id === idOfBytes(bytes) || id === idInSlot(bytes, received_at);

const idOfBytes = (bytes: Uint8Array): string => v5(bytes, NAMESPACE);

function idInSlot(bytes: Uint8Array, received_at: Date): string {
  const slot = Math.floor(received_at.getTime() / SLOT_MS);
  return v5(Buffer.concat([bytes, Buffer.from(`\0${slot}`)]), NAMESPACE);
}

/** Reads the time in UTC, whatever the sender's zone is: an event's id depends on no setting. */
function hasIdentity({ sid, timestamp }: Record<string, unknown>): boolean {
  const named = (typeof sid === "string" && sid !== "") || typeof sid === "number";
  return named || readTimestamp(timestamp) !== null;
}
