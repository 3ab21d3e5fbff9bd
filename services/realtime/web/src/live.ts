import { batch, effect, signal } from "@preact/signals";
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
  STATES,
} from "./calls.ts";
import { measureOffset, serverTime } from "./clock.ts";

/** `since` is the server's time at which the page began to be wrong; null while nothing was ever shown. */
export type Link =
  | { status: "connecting" }
  | { status: "live" }
  | { status: "lost"; since: number | null }
  | { status: "token"; wrong: boolean };

type Envelope<T> = { data: T; status: "Ok" | "Failed"; next?: string };

const TOKEN = "token";
/** The server is there and its database is not: ask again this often. */
const RETRY_MS = 2_000;

export const link = signal<Link>({ status: "connecting" });
export const calls = signal<Calls>(new Map());
export const filter = signal<CallState | null>(readFilter());
/** Grows with each change of a call: whoever shows one call's events reads them again. */
export const changes = signal<{ aggregate_id: string; erased: boolean } | null>(null);

const socket = io({
  // WebSocket needs no sticky balancer; polling is for networks that break it
  transports: ["websocket", "polling"],
  tryAllTransports: true,
  auth: (give) => give({ token: sessionStorage.getItem(TOKEN) ?? undefined }),
});

/** The filter is part of the address, so that it can be bookmarked and survives a reload. */
function readFilter(): CallState | null {
  const state = new URLSearchParams(location.search).get("state");
  return STATES.find((each) => each === state) ?? null;
}

export function chooseFilter(state: CallState | null): void {
  filter.value = state;
  history.pushState(null, "", state ? `?state=${state}` : location.pathname);
}

export function giveToken(token: string): void {
  sessionStorage.setItem(TOKEN, token);
  socket.connect();
}

/** Null where they cannot be read now. */
export async function readEvents(call_id: string): Promise<{ events: CallEvent[]; more: boolean } | null> {
  const answer = await ask<CallEvent[]>("ListCallEvents", { call_id });
  return answer?.status === "Ok" ? { events: answer.data, more: answer.next !== undefined } : null;
}

/** Null where the connection broke before the answer. */
const ask = <T>(command: string, data: object): Promise<Envelope<T> | null> =>
  socket.emitWithAck(command, data).catch(() => null);

let subscription = 0;

/** Everything anew: after each connect, and when the filter changes. Later answers of an earlier one are ignored. */
function subscribe(): void {
  subscription += 1;
  const mine = subscription;
  const params = filter.peek() ? { state: filter.peek() } : {};
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
  void measureOffset();
  subscribe();
});
socket.on("CallChanged", ({ data }: Envelope<Call>) => {
  batch(() => {
    calls.value = applyChange(calls.peek(), data, filter.peek());
    changes.value = { aggregate_id: data.aggregate_id, erased: false };
  });
});
socket.on("CallErased", ({ data }: Envelope<{ aggregate_id: string }>) => {
  batch(() => {
    calls.value = applyErasure(calls.peek(), data.aggregate_id);
    changes.value = { aggregate_id: data.aggregate_id, erased: true };
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
addEventListener("popstate", () => {
  filter.value = readFilter();
});
let chosen = filter.peek();
effect(() => {
  if (filter.value === chosen) return;
  chosen = filter.value;
  if (socket.connected) subscribe();
});
