import type { Call, CallPage, Page, StoredEvent, Telephone } from "@teravoz/domain";
import type { DeliveryBody, DeliveryReport } from "./deliveries.ts";
import type { ReportDelta } from "./report-subscriptions.ts";
import type { AbandonedReport, AgentReport, QueueDayReport, QueueReport } from "./reports.ts";
import type { Stats } from "./stats.ts";
import type { SystemReport } from "./system/system.ts";

/**
 * A message to a socket: its name and its envelope as JSON text,
 * `{"data":…,"event":…,"status":"Ok"|"Failed"}` with the keys in this order, and further ones after them. Encoded once, however many sockets get it.
 */
export type Message = {
  readonly event: string;
  readonly status: Status;
  readonly body: string;
  /** The length of the body in UTF-8. */
  readonly bytes: number;
};

type Status = "Ok" | "Failed";

/** Further keys of an envelope, after its three and in this order; a key that is absent or false is left out. */
type More = {
  /** There is more to read. */
  next?: string | null;
  /** A search was cut off: calls are missing. */
  cut?: boolean;
  /** The call is no longer among those that were asked for. */
  left?: boolean;
};

/** `data` is JSON text. */
function encode(event: string, data: string, status: Status, { next, cut, left }: More = {}): Message {
  const more = [
    next ? `,"next":${JSON.stringify(next)}` : "",
    ...[cut ? ',"cut":true' : "", left ? ',"left":true' : ""],
  ];
  const body = `{"data":${data},"event":${JSON.stringify(event)},"status":"${status}"${more.join("")}}`;
  return { event, status, body, bytes: Buffer.byteLength(body) };
}

export const welcome = encode("Welcome", '"Welcome"', "Ok");
export const dataChanged = encode("DataChanged", "{}", "Ok");
/** Since `since` (ms since the epoch) this instance gets no notices: what the client shows may be wrong. */
export const stale = (since: number): Message =>
  encode("Stale", JSON.stringify({ since: new Date(since).toISOString() }), "Ok");
/** The end of a Stale: what the client was sent is what the store has. */
export const fresh = encode("Fresh", "{}", "Ok");
/** Answers what is no message at all. */
export const invalidMessage = failed("InvalidMessage", "invalid body");

/** An answer that says why there is none. */
export function failed(event: string, error: string): Message {
  return encode(event, JSON.stringify({ success: false, error }), "Failed");
}

export function callList(event: string, { items, next, cut }: CallPage): Message {
  return encode(event, JSON.stringify(items), "Ok", { next, cut: cut === true });
}

type Numbers =
  | (QueueReport | QueueDayReport | AgentReport | AbandonedReport)
  | (ReportDelta | Stats | SystemReport)
  | (DeliveryReport | DeliveryBody)
  | (Telephone | null);

/** An answer as reports.ts, stats.ts, deliveries.ts and system.ts shape them. */
export const report = (event: string, data: Numbers, next: string | null = null): Message =>
  encode(event, JSON.stringify(data), "Ok", { next });

export const callChanged = (call: Call): Message => encode("CallChanged", JSON.stringify(call), "Ok");

/** The same to subscribers who asked for calls that this one is no longer among: once, as it leaves. */
export const callLeft = (call: Call): Message =>
  encode("CallChanged", JSON.stringify(call), "Ok", { left: true });

export const callErased = (aggregate_id: string): Message =>
  encode("CallErased", JSON.stringify({ aggregate_id }), "Ok");

/** The bodies go out as they came in, character by character: no number and no doubled key is lost on the way. */
export function eventList(page: Page<StoredEvent>): Message {
  return encode("ListCallEvents", `[${page.items.map(eventItem).join(",")}]`, "Ok", { next: page.next });
}

/** The times come before the body: a client need not know how the account reads stamps. */
function eventItem({ payload, ...event }: StoredEvent): string {
  const { id, aggregate_id, uuid, occurred_at, received_at } = event;
  const known = JSON.stringify({ id, aggregate_id, uuid, occurred_at, received_at });
  return `${known.slice(0, -1)},"event":${payload}}`;
}
