import type { Call, Page, StoredEvent } from "@teravoz/domain";
import type { DeliveryBody, DeliveryReport } from "./deliveries.ts";
import type { ReportDelta } from "./report-subscriptions.ts";
import type { AbandonedReport, AgentReport, QueueDayReport, QueueReport } from "./reports.ts";
import type { Stats } from "./stats.ts";
import type { SystemReport } from "./system/system.ts";

/**
 * What a socket is sent: the name of the message and its envelope as JSON text,
 * `{"data":…,"event":…,"status":"Ok"|"Failed"}` with the keys in this order. Encoded once, however many sockets get it.
 */
export type Message = {
  readonly event: string;
  readonly status: Status;
  readonly body: string;
  /** The length of the body in UTF-8. */
  readonly bytes: number;
};

type Status = "Ok" | "Failed";

/** `data` is JSON text; `next`, where there is more to read, is the envelope's fourth key. */
function encode(event: string, data: string, status: Status, next: string | null = null): Message {
  const more = next === null ? "" : `,"next":${JSON.stringify(next)}`;
  const body = `{"data":${data},"event":${JSON.stringify(event)},"status":"${status}"${more}}`;
  return { event, status, body, bytes: Buffer.byteLength(body) };
}

export const welcome = encode("Welcome", '"Welcome"', "Ok");
export const dataChanged = encode("DataChanged", "{}", "Ok");
/** Answers what is no message at all. */
export const invalidMessage = failed("InvalidMessage", "invalid body");

/** An answer that says why there is none. */
export function failed(event: string, error: string): Message {
  return encode(event, JSON.stringify({ success: false, error }), "Failed");
}

export function callList(event: string, page: Page<Call>): Message {
  return encode(event, JSON.stringify(page.items), "Ok", page.next);
}

type Numbers =
  | (QueueReport | QueueDayReport | AgentReport | AbandonedReport)
  | (ReportDelta | Stats | SystemReport)
  | (DeliveryReport | DeliveryBody);

/** An answer as reports.ts, stats.ts, deliveries.ts and system.ts shape them. */
export const report = (event: string, data: Numbers, next: string | null = null): Message =>
  encode(event, JSON.stringify(data), "Ok", next);

export const callChanged = (call: Call): Message => encode("CallChanged", JSON.stringify(call), "Ok");

export const callErased = (aggregate_id: string): Message =>
  encode("CallErased", JSON.stringify({ aggregate_id }), "Ok");

/** The bodies go out as they came in, character by character: no number and no doubled key is lost on the way. */
export function eventList(page: Page<StoredEvent>): Message {
  return encode("ListCallEvents", `[${page.items.map(eventItem).join(",")}]`, "Ok", page.next);
}

function eventItem({ id, aggregate_id, uuid, payload }: StoredEvent): string {
  return `{"id":${id},"aggregate_id":${JSON.stringify(aggregate_id)},"uuid":"${uuid}","event":${payload}}`;
}
