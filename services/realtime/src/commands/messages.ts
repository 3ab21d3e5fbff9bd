import type { Call, CallPage, Page, StoredEvent } from "@teravoz/domain";
import {
  type Answers,
  type CommandName,
  type Pushes,
  type Call as SentCall,
  SOCKET_ERRORS,
} from "@teravoz/protocol";

/**
 * A message to a socket: its name and its envelope as JSON text, `{"data":…,"event":…,"status":"Ok"|"Failed"}`. The
 * keys are in this order, and further keys follow. The message is encoded once for all sockets that get it.
 */
export type Message = {
  readonly event: string;
  readonly status: Status;
  readonly body: string;
  /** The length of the body in bytes of UTF-8. */
  readonly bytes: number;
};

type Status = "Ok" | "Failed";

/** The further keys of an envelope, in this order. A key that is absent or false is left out. */
type More = {
  /** The cursor of the next page. */
  next?: string | null;
  /** True if calls are missing because the search matched more than it looks up. */
  cut?: boolean;
  /** True if the call no longer meets the conditions of the subscription. */
  left?: boolean;
};

/** Encodes a message. `data` is JSON text. */
function encode(event: string, data: string, status: Status, { next, cut, left }: More = {}): Message {
  const more = [
    next ? `,"next":${JSON.stringify(next)}` : "",
    cut ? ',"cut":true' : "",
    left ? ',"left":true' : "",
  ];
  const body = `{"data":${data},"event":${JSON.stringify(event)},"status":"${status}"${more.join("")}}`;
  return { event, status, body, bytes: Buffer.byteLength(body) };
}

const push = <N extends keyof Pushes>(event: N, data: Pushes[N]): Message =>
  encode(event, JSON.stringify(data), "Ok");

export const welcome = push("Welcome", "Welcome");
export const dataChanged = push("DataChanged", {});
/**
 * The Stale message: this instance has received no notices since `since` (ms since the epoch), so the client may show
 * outdated data.
 */
export const stale = (since: number): Message => push("Stale", { since: new Date(since) });
/** The message that ends a Stale: the client has been sent the state of the store. */
export const fresh = push("Fresh", {});
/** The answer to a message that is not `{"event","data"}`. */
export const invalidMessage = failed("InvalidMessage", SOCKET_ERRORS.invalidBody.text);

/** The answer to a command that failed. */
export function failed(event: string, error: string): Message {
  return encode(event, JSON.stringify({ success: false, error }), "Failed");
}

/** The answer to a command that succeeded. */
export const answer = <N extends CommandName>(
  event: N,
  data: Answers[N],
  next: string | null = null,
): Message => encode(event, JSON.stringify(data), "Ok", { next });

/** The form of the calls that a client asked for. With `legs: false` they lack the alias of their visits. */
export type CallForm = { legs?: false };

export const callList = (
  event: "ListCalls" | "Subscribe",
  { items, next, cut }: CallPage,
  form: CallForm,
): Message =>
  encode(event, `[${items.map((call) => callItem(call, form)).join(",")}]`, "Ok", {
    next,
    cut: cut === true,
  });

export const callChanged = (call: Call, form: CallForm): Message =>
  encode("CallChanged", callItem(call, form), "Ok");

/** The last CallChanged of a call that no longer meets the conditions of a subscription. */
export const callLeft = (call: Call, form: CallForm): Message =>
  encode("CallChanged", callItem(call, form), "Ok", { left: true });

/** A Call of the protocol as JSON text. The list of visits is encoded once and spliced in under each of its names. */
function callItem({ legs: visits, ...call }: Call, { legs }: CallForm): string {
  const others: Omit<SentCall, "visits" | "legs"> = call;
  const list = JSON.stringify(visits satisfies SentCall["visits"]);
  const alias = legs === false ? "" : `,"legs":${list}`;
  return `${JSON.stringify(others).slice(0, -1)},"visits":${list}${alias}}`;
}

export const callErased = (aggregate_id: string): Message => push("CallErased", { aggregate_id });

export const queuesChanged = (delta: Pushes["QueuesChanged"]): Message => push("QueuesChanged", delta);
export const agentsChanged = (delta: Pushes["AgentsChanged"]): Message => push("AgentsChanged", delta);

/**
 * The answer with a call's events. Their bodies are sent exactly as received, character by character: no digit and no
 * duplicate key is lost.
 */
export function eventList(page: Page<StoredEvent>): Message {
  return encode("ListCallEvents", `[${page.items.map(eventItem).join(",")}]`, "Ok", { next: page.next });
}

/** A CallEvent of the protocol. The body is spliced in as text. */
function eventItem({ payload, ...event }: StoredEvent): string {
  const { id, aggregate_id, uuid, occurred_at, received_at } = event;
  const known: Omit<Answers["ListCallEvents"][number], "event"> = {
    id,
    aggregate_id,
    uuid,
    occurred_at,
    received_at,
  };
  return `${JSON.stringify(known).slice(0, -1)},"event":${payload}}`;
}
