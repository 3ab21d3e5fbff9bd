import { createHash } from "node:crypto";
import { readStamp } from "../events.ts";

/** A body, and the moment at which it arrived. */
export type Delivery = { payload: string; received_at: Date };

const SLOT_MS = 600_000;

/** Returns the uuid of a body. Equal bodies have equal uuids; without a stamp only within one slot of ten minutes. */
export function uuidOf({ payload, received_at }: Delivery): string {
  const received = received_at.getTime();
  const hasStamp = readStamp(JSON.parse(payload).timestamp, received) !== null;
  const name = hasStamp ? payload : `${payload} ${Math.floor(received / SLOT_MS)}`;
  return createHash("sha1").update(name).digest("hex");
}
