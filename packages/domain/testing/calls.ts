import { foldCall } from "../src/call/call.ts";
import type { FoldedCall } from "../src/call/folded-call.ts";
import type { Event } from "../src/event/event.ts";
import { parseWebhook } from "../src/event/webhook.ts";

const START_MS = Date.UTC(2026, 0, 5, 12);
/** The time from an event to its reception. */
const DELAY_MS = 50;

export const at = (seconds: number): Date => new Date(START_MS + Math.round(seconds * 1_000));

/** The stamp of a moment without its milliseconds. */
export const wholeSecond = (seconds: number): string => at(seconds).toISOString().replace(/\.\d+/, "");

/** The type of an event, when it happened, and its other fields. `timestamp: null` sends it without a stamp. */
export type Sent = [type: string, seconds: number, fields?: Record<string, unknown>];

/** The event of a call as ingest makes it. */
export function receive([type, seconds, fields = {}]: Sent): Event {
  const body = { call_id: "1.2", type, timestamp: at(seconds).toISOString(), ...fields };
  const received_at = new Date(at(seconds).getTime() + DELAY_MS);
  const parsed = parseWebhook(Buffer.from(JSON.stringify(body)), received_at);
  if (parsed.outcome !== "accepted") throw new Error(JSON.stringify(body));
  return parsed.event;
}

export const callOf = (...sent: Sent[]): FoldedCall => foldCall(sent.map(receive))!;

/** The fields of an event that names an agent. */
export const ana = { actor: "ana" };
export const beto = { actor: "beto" };
export const caio = { actor: "caio" };

/** The fields of an event that names a queue. */
export const q900 = { queue: "900" };
export const q901 = { queue: "901" };
