import { batch, computed, effect, signal } from "@preact/signals";
import { io } from "socket.io-client";
import { serverTime } from "./base/clock.ts";
import { createFramed } from "./base/frames.ts";
import { agent, filter, page, query, visited } from "./base/route.ts";
import {
  applyChanges,
  type Call,
  type CallEvent,
  type Calls,
  type Changes,
  replaceAll,
} from "./model/call.ts";

/** `since` is the server's time at which the page began to be wrong; null while nothing was ever shown. */
export type Link =
  | { status: "connecting" }
  | { status: "live" }
  | { status: "lost"; since: number | null }
  | { status: "token"; wrong: boolean };

/** `next`: there is more to read; `cut`: a search was cut off; `left`: the call is not among what was asked for any more. */
export type Envelope<T> = {
  data: T;
  status: "Ok" | "Failed";
  next?: string;
  cut?: true;
  left?: true;
};

const TOKEN = "token";
/** The server is there and its database is not: ask again this often. */
export const RETRY_MS = 2_000;

export const link = signal<Link>({ status: "connecting" });
/** The server's time from which on the server itself gets no news, while it is connected and says so. */
export const cutOffSince = signal<number | null>(null);
/** The server's time from which on what the page shows may be wrong; null while it is right, or nothing was ever shown. */
export const staleSince = computed(() =>
  link.value.status === "lost" ? link.value.since : cutOffSince.value,
);
/** The calls whose callers wait, on all pages but that of calls. */
export const calls = signal<Calls>(new Map());
/** Calls of a snapshot: the most the server gives. */
export const FOLLOWED = 10_000;
/** A few screens of calls: there long before a whole snapshot is. */
const FIRST = 200;
/** Lists of calls are newest first by when the calls began, and so are their periods. */
export const BY_BEGIN = { order: "began_at" } as const;
/** The period the page of calls is about, as Subscribe takes it. */
export const within = signal<{ since?: string; until?: string }>({});
/** The filter of the page of calls, without its period: a state, a search, a queue and an agent. */
export const askedFilter = computed(() => ({
  ...(filter.value ? { state: filter.value } : {}),
  ...(query.value ? { search: query.value } : {}),
  ...(visited.value ? { visited: visited.value } : {}),
  ...(agent.value ? { agent: agent.value } : {}),
}));
/** Which calls this page follows, as Subscribe takes it. */
const subject = computed(() =>
  page.value === "calls"
    ? JSON.stringify({ params: askedFilter.value, ...within.value, ...BY_BEGIN })
    : JSON.stringify({ params: { waiting: true } }),
);
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

/**
 * What the page of calls is told: the first rows before all else, a snapshot that takes the place of everything, and what changed,
 * once a frame.
 */
export type News = { first: readonly Call[] } | Snapshot | Changes;
/** `isCut`: the search that it is of was cut off. */
export type Snapshot = { snapshot: readonly Call[]; isCut: boolean };
const followers = new Set<(news: News) => void>();
export const follow = (follower: (news: News) => void): void => void followers.add(follower);

let subscription = 0;
/** The subscription whose snapshot came last: until then changes are those of an earlier one. */
let taken = 0;

/** Everything anew: after each connect, and when the filter changes. Later answers of an earlier one are ignored. */
function subscribe(): void {
  subscription += 1;
  const mine = subscription;
  const asked = JSON.parse(subject.peek());
  if (page.peek() === "calls")
    socket.emit("ListCalls", { ...asked, limit: FIRST }, (answer: Envelope<Call[]>) => {
      if (mine === subscription && answer.status === "Ok") hand({ first: answer.data });
    });
  // taken in the order it came: by polling a change may arrive in the same packet, and a promise would be resolved after it
  socket.emit("Subscribe", { ...asked, limit: FOLLOWED }, (answer: Envelope<Call[]>) => {
    if (mine === subscription) takeSnapshot(answer, mine);
  });
}

function takeSnapshot(answer: Envelope<Call[]>, mine: number): void {
  if (answer.status === "Failed") {
    lose();
    setTimeout(() => mine === subscription && socket.connected && subscribe(), RETRY_MS);
    return;
  }
  // they are in it, or newer and come again
  pending.clear();
  taken = mine;
  batch(() => {
    link.value = { status: "live" };
    hand({ snapshot: answer.data, isCut: answer.cut === true });
  });
}

function hand(news: News): void {
  if (page.peek() === "calls") for (const follower of followers) follower(news);
  else if ("snapshot" in news) calls.value = replaceAll(news.snapshot);
  else if ("changed" in news && taken === subscription) calls.value = applyChanges(calls.peek(), news);
}

/** The latest of each call since the last frame; a call that has left goes as an erased one does. */
const pending = new Map<string, { call: Call | null; left: boolean }>();
const frame = createFramed(() => {
  const all = [...pending];
  pending.clear();
  const changed = all.flatMap(([, { call, left }]) => (call && !left ? call : []));
  hand({ changed, erased: all.flatMap(([id, { call, left }]) => (call && !left ? [] : id)) });
});

function take(aggregate_id: string, call: Call | null, left = false): void {
  const known = pending.get(aggregate_id)?.call;
  if (call && known && known.version > call.version) return;
  pending.set(aggregate_id, { call, left });
  frame();
}

function lose(): void {
  const before = link.peek();
  if (before.status === "lost") return;
  const since = cutOffSince.peek() ?? serverTime();
  link.value = { status: "lost", since: before.status === "live" ? since : null };
}

socket.on("connect", () => {
  if (link.peek().status === "token") link.value = { status: "connecting" };
  // a server that is cut off says so after its welcome
  cutOffSince.value = null;
  subscribe();
});
socket.on("Stale", ({ data }: Envelope<{ since: string }>) => {
  cutOffSince.value = Date.parse(data.since);
});
socket.on("Fresh", () => {
  cutOffSince.value = null;
});
socket.on("CallChanged", ({ data, left }: Envelope<Call>) => take(data.aggregate_id, data, left));
socket.on("CallErased", ({ data }: Envelope<{ aggregate_id: string }>) => {
  take(data.aggregate_id, null);
  erased.value = data.aggregate_id;
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
const followed = computed(() => `${page.value === "calls"} ${subject.value}`);
let subscribed = followed.peek();
effect(() => {
  if (followed.value === subscribed) return;
  subscribed = followed.value;
  // what the page before showed is not what this one asks for
  if (page.peek() === "calls") calls.value = new Map();
  if (socket.connected) subscribe();
});
