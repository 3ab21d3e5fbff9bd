import { batch, computed, effect, signal } from "@preact/signals";
import { io } from "socket.io-client";
import {
  applyChange,
  applyErasure,
  type Call,
  type CallEvent,
  type CallState,
  type Calls,
  MAX_ROWS,
  replaceAll,
} from "./calls.ts";
import { serverTime } from "./clock.ts";
import { filter, page } from "./route.ts";

/** `since` is the server's time at which the page began to be wrong; null while nothing was ever shown. */
export type Link =
  | { status: "connecting" }
  | { status: "live" }
  | { status: "lost"; since: number | null }
  | { status: "token"; wrong: boolean };

export type Envelope<T> = { data: T; status: "Ok" | "Failed"; next?: string };

const TOKEN = "token";
/** The server is there and its database is not: ask again this often. */
export const RETRY_MS = 2_000;

export const link = signal<Link>({ status: "connecting" });
export const calls = signal<Calls>(new Map());
/** Which calls this page follows: all but that of calls are about those that wait. */
const subject = computed<CallState | null>(() => (page.value === "calls" ? filter.value : "WAITING"));
/** Grows with whatever changed anywhere. */
export const changed = signal(0);
/** The call that was erased last: whoever shows it stops. */
export const erased = signal<string | null>(null);

const socket = io({
  // WebSocket needs no sticky balancer; polling is for networks that break it
  transports: ["websocket", "polling"],
  tryAllTransports: true,
  auth: (give) => give({ token: sessionStorage.getItem(TOKEN) ?? undefined }),
});

export function giveToken(token: string): void {
  sessionStorage.setItem(TOKEN, token);
  socket.connect();
}

export type WholeCall = { call: Call | null; events: CallEvent[]; more: boolean };

/** A call and its events, whether this page follows it or not. Null where they cannot be read now. */
export async function readCall(aggregate_id: string): Promise<WholeCall | null> {
  const [calls, events] = await Promise.all([
    ask<Call[]>("ListCalls", { params: { aggregate_id } }),
    ask<CallEvent[]>("ListCallEvents", { call_id: aggregate_id }),
  ]);
  if (calls?.status !== "Ok" || events?.status !== "Ok") return null;
  return { call: calls.data[0] ?? null, events: events.data, more: events.next !== undefined };
}

/** Null where the connection broke before the answer. */
export const ask = <T>(command: string, data: object): Promise<Envelope<T> | null> =>
  socket.emitWithAck(command, data).catch(() => null);

/** `take` gets the answer in the order in which messages come, so that what is told after it is told to it; nothing where the connection breaks. */
export const tell = <T>(command: string, data: object, take: (answer: Envelope<T>) => void): void => {
  socket.emit(command, data, take);
};

export const listen = <T>(event: string, take: (message: Envelope<T>) => void): void => {
  socket.on(event, take);
};

let subscription = 0;

/** Everything anew: after each connect, and when the filter changes. Later answers of an earlier one are ignored. */
function subscribe(): void {
  subscription += 1;
  const mine = subscription;
  const params = subject.peek() ? { state: subject.peek() } : {};
  // taken in the order it came: by polling a change may arrive in the same packet, and a promise would be resolved after it
  socket.emit("Subscribe", { params, limit: MAX_ROWS }, (answer: Envelope<Call[]>) => {
    if (mine === subscription) takeSnapshot(answer, mine);
  });
}

function takeSnapshot(answer: Envelope<Call[]>, mine: number): void {
  if (answer.status === "Failed") {
    lose();
    setTimeout(() => mine === subscription && socket.connected && subscribe(), RETRY_MS);
    return;
  }
  batch(() => {
    calls.value = replaceAll(answer.data);
    link.value = { status: "live" };
  });
}

function lose(): void {
  const before = link.peek();
  if (before.status === "lost") return;
  link.value = { status: "lost", since: before.status === "live" ? serverTime() : null };
}

socket.on("connect", () => {
  if (link.peek().status === "token") link.value = { status: "connecting" };
  subscribe();
});
socket.on("CallChanged", ({ data }: Envelope<Call>) => {
  calls.value = applyChange(calls.peek(), data, subject.peek());
});
socket.on("CallErased", ({ data }: Envelope<{ aggregate_id: string }>) => {
  batch(() => {
    calls.value = applyErasure(calls.peek(), data.aggregate_id);
    erased.value = data.aggregate_id;
  });
});
socket.on("disconnect", (reason) => {
  lose();
  // socket.io comes back by itself but for this one: a server that stops ends its sockets
  if (reason === "io server disconnect") setTimeout(() => socket.connect(), 500 + Math.random() * 1_000);
});
socket.on("connect_error", (error: Error & { data?: { status?: number } }) => {
  if (error.data?.status !== 401) return lose();
  link.value = { status: "token", wrong: sessionStorage.getItem(TOKEN) !== null };
});
// the browser knows at once what a missing heartbeat tells after 20 s
addEventListener("offline", () => socket.io.engine?.close());
socket.on("DataChanged", () => {
  changed.value += 1;
});
let subscribed = subject.peek();
effect(() => {
  if (subject.value === subscribed) return;
  subscribed = subject.value;
  // what the page before showed is not what this one asks for
  calls.value = new Map();
  if (socket.connected) subscribe();
});
