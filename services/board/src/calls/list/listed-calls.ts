import { computed, effect, signal } from "@preact/signals";
import { isInWindow } from "@teravoz/domain/search";
import type { Call } from "@teravoz/protocol/client";
import { MAX_CALLS } from "@teravoz/protocol/limits";
import { now, serverTime } from "../../base/clock.ts";
import { filter, page } from "../../base/route.ts";
import { connection } from "../../base/socket.ts";
import type { Changes } from "../../model/call.ts";
import { createCallList } from "./call-list.ts";
import { sortCalls } from "./call-order.ts";
import { type Cursor, pagesFrom } from "./call-pages.ts";
import { order, period, shownPeriod } from "./calls-view.ts";
import { askedFilter, follow, type Snapshot } from "./followed-calls.ts";

/** The maximum number of calls that the page lists: they take about 80 MB of the browser's memory. */
export const MAX_LISTED = 50_000;

/** The calls of the page of calls in their order; null until the first answer. */
export const rows = signal<readonly Call[] | null>(null);
/**
 * The progress of the list: more calls are being read, there are no more calls, or there are more than the
 * page lists.
 */
export const progress = signal<"reading" | "whole" | "cut">("reading");

/**
 * The time of the last change of each call, by the browser's clock (performance.now). A changed call glows
 * for a moment.
 */
export const touched = new Map<string, number>();
export const GLOW_MS = 600;
export const isGlowing = (aggregate_id: string): boolean =>
  performance.now() - (touched.get(aggregate_id) ?? Number.NEGATIVE_INFINITY) < GLOW_MS;

/** True if the search matched too many calls and was cut off. */
export const searchIsCut = signal(false);

/** Only the server knows what a search finds: it reports each call that starts or stops matching. */
const list = createCallList(
  (call) =>
    isInWindow(call, shownPeriod.peek(), "began_at") &&
    (filter.peek() === null || call.state === filter.peek()),
);
const show = () => {
  rows.value = list.rows();
};

/** The number of the latest reading; a newer reading ends an older one. */
let generation = 0;
/**
 * True after all calls of the current view have been read once: later readings replace the list instead of
 * filling an empty one.
 */
let complete = false;
let rest: Cursor | null = null;

/**
 * Takes a snapshot and reads the rest page by page. During the first reading of a view the list grows with
 * each page.
 */
async function read(snapshot: readonly Call[]): Promise<void> {
  generation += 1;
  const mine = generation;
  const all: Call[] = [];
  const take = (calls: readonly Call[]) => {
    for (const call of calls) all.push(call);
    if (complete) return;
    list.add(calls, serverTime());
    show();
  };
  list.begin();
  progress.value = "reading";
  rest = snapshot.length < MAX_CALLS ? null : { cursor: null };
  take(snapshot);
  for await (const { calls, left } of pagesFrom(rest, () => mine === generation)) {
    rest = left;
    take(calls);
    if (all.length - snapshot.length >= MAX_LISTED) break;
  }
  if (mine === generation && connection.peek().status === "live") finish(all);
}

function finish(all: readonly Call[]): void {
  list.replace(all, serverTime());
  list.end();
  complete = true;
  progress.value = rest ? "cut" : "whole";
  show();
}

/**
 * Reads all calls of the view in its order; null if they cannot be read now. `onProgress` is called with
 * the number of calls so far.
 */
export async function readWhole(onProgress: (count: number) => void): Promise<readonly Call[] | null> {
  const mine = generation;
  const goesOn = () => mine === generation && connection.peek().status === "live";
  while (goesOn() && progress.peek() === "reading") {
    onProgress(rows.peek()?.length ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const all = new Map((rows.peek() ?? []).map((call) => [call.aggregate_id, call]));
  let left = rest;
  for await (const page of pagesFrom(rest, goesOn)) {
    left = page.left;
    for (const call of page.calls) if (!all.has(call.aggregate_id)) all.set(call.aggregate_id, call);
    onProgress(all.size);
  }
  if (left || !goesOn()) return null;
  return rest ? sortCalls(all.values(), order.peek(), serverTime()) : [...all.values()];
}

function change({ changed, erased }: Changes): void {
  const at = performance.now();
  for (const [id, since] of touched) if (at - since > GLOW_MS) touched.delete(id);
  for (const { aggregate_id } of changed) touched.set(aggregate_id, at);
  list.change(changed, erased, serverTime());
  if (rows.peek()) show();
}

function takeSnapshot({ snapshot, isCut }: Snapshot): void {
  searchIsCut.value = isCut;
  void read(snapshot);
}

follow((news) => {
  if ("changed" in news) return change(news);
  if ("snapshot" in news) return takeSnapshot(news);
  if (rows.peek()) return;
  list.add(news.first, serverTime());
  if (news.first.length > 0) show();
});

/** The view whose calls are listed. Another view empties the list until the snapshot of its subscription arrives. */
let shownView = "";
effect(() => {
  const asked = JSON.stringify([page.value === "calls", askedFilter.value, period.value]);
  if (asked === shownView) return;
  shownView = asked;
  generation += 1;
  complete = false;
  list.replace([], serverTime());
  rows.value = null;
  progress.value = "reading";
  searchIsCut.value = false;
});

/** A list sorted by duration is sorted again at this interval: calls in progress overtake finished ones. */
const REORDER_MS = 5_000;
const reordered = computed(() => (order.value.by === "age" ? Math.floor(now.value / REORDER_MS) : 0));
effect(() => {
  reordered.value;
  list.sort(order.value, serverTime());
  if (rows.peek()) show();
});
effect(() => {
  shownPeriod.value;
  list.prune();
  if (rows.peek()) show();
});
