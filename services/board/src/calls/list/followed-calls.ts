import { batch, computed, effect, signal } from "@preact/signals";
import type { Call } from "@teravoz/protocol/client";
import { MAX_CALLS } from "@teravoz/protocol/limits";
import { createFramed } from "../../base/frames.ts";
import { agent, filter, page, query, visited } from "../../base/route.ts";
import {
  type Answer,
  askInOrder,
  connection,
  isConnected,
  listen,
  listenToConnects,
  markLost,
  RETRY_MS,
} from "../../base/socket.ts";
import { applyChanges, type Calls, type Changes, replaceAll, WITHOUT_LEGS } from "../../model/call.ts";
import { askedPeriod } from "./calls-view.ts";

/** The calls with a waiting caller, followed on all pages except the page of calls. */
export const calls = signal<Calls>(new Map());
/** The number of calls that are read first: a few screens, which arrive long before the whole snapshot. */
const FIRST = 200;
/**
 * Lists of calls are sorted by the time at which the calls began, the latest first. Their periods refer to
 * this time, too.
 */
export const BY_BEGIN = { order: "began_at" } as const;
/** The filter of the page of calls, without its period: a state, a search, a queue and an agent. */
export const askedFilter = computed(() => ({
  ...(filter.value ? { state: filter.value } : {}),
  ...(query.value ? { search: query.value } : {}),
  ...(visited.value ? { visited: visited.value } : {}),
  ...(agent.value ? { agent: agent.value } : {}),
}));
/** The calls that this page follows, as Subscribe takes them. As JSON, equal filters are the same subscription. */
const wanted = computed(() =>
  page.value === "calls"
    ? JSON.stringify({ params: askedFilter.value, ...askedPeriod.value, ...BY_BEGIN, ...WITHOUT_LEGS })
    : JSON.stringify({ params: { waiting: true }, ...WITHOUT_LEGS }),
);

/**
 * The updates of the page of calls: first a few rows, then a snapshot that replaces everything, then the
 * changes, once per frame.
 */
export type Update = { first: readonly Call[] } | Snapshot | Changes;
/** `isCut`: the search of this snapshot was cut off. */
export type Snapshot = { snapshot: readonly Call[]; isCut: boolean };
const followers = new Set<(update: Update) => void>();
export const follow = (follower: (update: Update) => void): void => void followers.add(follower);

/** Changes when the page has to subscribe again. */
const followed = computed(() => `${page.value === "calls"} ${wanted.value}`);
/** The value of `followed` at the latest subscription. */
let subscribed = "";
/** The number of the latest subscription. */
let latest = 0;
/**
 * The number of the subscription whose snapshot arrived last. Until it equals `latest`, changes belong to an
 * earlier subscription.
 */
let received = 0;

/**
 * Subscribes after each connect and when the filter changes. Answers to an earlier subscription are ignored
 * from then on.
 */
function subscribe(): void {
  latest += 1;
  const subscription = latest;
  subscribed = followed.peek();
  const asked = JSON.parse(wanted.peek());
  if (page.peek() === "calls")
    askInOrder("ListCalls", { ...asked, limit: FIRST }, (answer) => {
      if (subscription === latest && answer.status === "Ok") hand({ first: answer.data });
    });
  askInOrder("Subscribe", { ...asked, limit: MAX_CALLS }, (answer) => {
    if (subscription === latest) takeSnapshot(answer, subscription);
  });
}

function takeSnapshot(answer: Answer<"Subscribe">, subscription: number): void {
  if (answer.status === "Failed") {
    markLost();
    setTimeout(() => subscription === latest && isConnected() && subscribe(), RETRY_MS);
    return;
  }
  // these changes are in the snapshot already, or they are newer and the server sends them again
  pending.clear();
  received = subscription;
  batch(() => {
    connection.value = { status: "live" };
    hand({ snapshot: answer.data, isCut: answer.cut === true });
  });
}

function hand(update: Update): void {
  if (page.peek() === "calls") for (const follower of followers) follower(update);
  else if ("snapshot" in update) calls.value = replaceAll(update.snapshot);
  else if ("changed" in update && received === latest) calls.value = applyChanges(calls.peek(), update);
}

/**
 * The latest version of each call that changed since the last frame. A call that left the subscription
 * counts as erased.
 */
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

/** Starts to follow the calls. Call this after all followers are registered: they would miss earlier updates. */
export function followCalls(): void {
  listen("CallChanged", ({ data, left }) => take(data.aggregate_id, data, left));
  listen("CallErased", ({ data }) => take(data.aggregate_id, null));
  listenToConnects(subscribe);
  effect(subscribeAgain);
}

/** Subscribes to the calls of another page or filter. */
function subscribeAgain(): void {
  if (followed.value === subscribed) return;
  subscribed = followed.value;
  // the previous page followed other calls than this page lists
  if (page.peek() === "calls") calls.value = new Map();
  if (isConnected()) subscribe();
}
