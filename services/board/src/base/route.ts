import { batch, signal } from "@preact/signals";
import { DELIVERY_STATUSES } from "@teravoz/domain/deliveries";
import { type PageName as KnownPage, PAGE_ADDRESSES } from "@teravoz/protocol/addresses";
import type { CallState, DeliveryStatus } from "@teravoz/protocol/client";
import { CALL_STATES, EARLIEST_MOMENT, MAX_SEARCH } from "@teravoz/protocol/limits";

export type { KnownPage };
/** `unknown` is shown at every address that is not in the list. */
export type PageName = KnownPage | "unknown";
const KNOWN_PAGES = Object.keys(PAGE_ADDRESSES) as KnownPage[];
/** The pages that the navigation shows, in its order. */
export const PAGES = KNOWN_PAGES.filter((name) => name !== "number");

export const page = signal<PageName>(readPage());
/** The state that filters the page of calls; null = all. */
export const filter = signal<CallState | null>(readFilter());
/** The status that filters the page of deliveries; null = all. */
export const status = signal<DeliveryStatus | null>(readStatus());
/** The search text of the page. */
export const query = signal(readQuery());

/**
 * The queue and the agent that filter the page of calls: calls that visited this queue, calls that this
 * agent was on.
 */
export const visited = signal(readFragment().get("visited"));
export const agent = signal(readFragment().get("agent"));

/** The length of the sliding window of the live page's numbers, and the chosen window, in minutes; null = today. */
export const SLIDING_MINUTES = 30;
export const minutes = signal(readMinutes());

/** The queue whose charts the page of queues shows; null = all. */
export const queue = signal(readChosenQueue());

/** The call_id of the call whose details are open, on any page. */
export const selected = signal(readCall());
/** The moment that the live page shows, in ms; null = now. It advances while the past is played. */
export const at = signal(readMoment());
/** The query of the address, for parameters that only one page has. */
export const parameters = signal(location.search);

function readPage(): PageName {
  return KNOWN_PAGES.find((name) => PAGE_ADDRESSES[name] === location.pathname) ?? "unknown";
}

/** The filter is part of the address, so that it can be bookmarked and survives a reload. */
function readFilter(): CallState | null {
  const state = new URLSearchParams(location.search).get("state");
  return CALL_STATES.find((each) => each === state) ?? null;
}

function readStatus(): DeliveryStatus | null {
  const status = new URLSearchParams(location.search).get("status");
  return DELIVERY_STATUSES.find((each) => each === status) ?? null;
}

/**
 * The search text is in the fragment of the address, which browsers send to no server, so that no log
 * contains the numbers that people search for.
 */
function readQuery(): string {
  return readFragment().get("q")?.trim().slice(0, MAX_SEARCH) ?? "";
}

function readChosenQueue(): string | null {
  return new URLSearchParams(location.search).get("queue") || null;
}

function readCall(): string | null {
  return readFragment().get("call") || null;
}

function readFragment(): URLSearchParams {
  return new URLSearchParams(location.hash.slice(1));
}

/** Only the live page has a window other than today. */
function readMinutes(): number | null {
  return location.pathname === PAGE_ADDRESSES.live &&
    new URLSearchParams(location.search).get("minutes") === String(SLIDING_MINUTES)
    ? SLIDING_MINUTES
    : null;
}

export type View = {
  state?: CallState | null;
  status?: DeliveryStatus | null;
  q?: string;
  minutes?: number | null;
  queue?: string | null;
  call?: string | null;
  visited?: string | null;
  agent?: string | null;
  at?: number | null;
  /** Further parameters of the address. */
  more?: Record<string, string>;
};

export function addressOf(
  to: KnownPage,
  { state, status: delivered, q, minutes: window, queue, call, visited, agent, at: moment, more }: View = {},
): string {
  const search = new URLSearchParams({
    ...(state ? { state } : {}),
    ...(delivered ? { status: delivered } : {}),
    ...(window ? { minutes: String(window) } : {}),
    ...(queue ? { queue } : {}),
    ...(moment ? { at: new Date(moment).toISOString() } : {}),
    ...more,
  });
  const fragment = new URLSearchParams({
    ...(q ? { q } : {}),
    ...(visited ? { visited } : {}),
    ...(agent ? { agent } : {}),
    ...(call ? { call } : {}),
  });
  return join(PAGE_ADDRESSES[to], search, fragment);
}

const join = (path: string, search: URLSearchParams, fragment: URLSearchParams): string =>
  [path, search.size > 0 && readable(`?${search}`), fragment.size > 0 && `#${fragment}`]
    .filter(Boolean)
    .join("");

/** Goes to a page. The details of a call stay open if the page stays the same. */
export function go(to: KnownPage, view: View = {}): void {
  const call = to === page.peek() ? selected.peek() : null;
  history.pushState(null, "", addressOf(to, { call, ...view }));
  read();
}

function readMoment(): number | null {
  const ms = Date.parse(new URLSearchParams(location.search).get("at") ?? "");
  return ms >= EARLIEST_MOMENT ? ms : null;
}

/** The time between two changes of the address: browsers allow a page about 100 changes in 30 seconds. */
const WRITE_MS = 500;
let writing: ReturnType<typeof setTimeout> | null = null;

/** Writes the shown moment into the address, within WRITE_MS. */
export function writeMoment(): void {
  if (writing) return;
  writing = setTimeout(() => {
    writing = null;
    const url = new URL(location.href);
    if (at.peek() === null || url.pathname !== PAGE_ADDRESSES.live) return;
    url.searchParams.set("at", new Date(at.peek()!).toISOString());
    history.replaceState(history.state, "", readable(url.href));
  }, WRITE_MS);
}

/** Decodes the colons of an address, which need no encoding in a query. */
const readable = (address: string): string => address.replaceAll("%3A", ":");

/** The state of a history entry. `opened`: the entry before it is the same page without the call. */
type Entry = { opened?: true } | null;

/**
 * Opens the details of a call on the current page. The browser's Back closes them, however many calls were
 * opened in between.
 */
export function openCall(call_id: string): void {
  if (call_id === selected.peek()) return;
  if (selected.peek()) history.replaceState(history.state, "", addressWith(call_id));
  else history.pushState({ opened: true } satisfies Entry, "", addressWith(call_id));
  read();
}

/**
 * Closes the details of a call: goes back to the entry before they were opened, or removes the call from
 * an address that was opened from a link.
 */
export function closeCall(): void {
  if ((history.state as Entry)?.opened) {
    history.back();
    return;
  }
  history.replaceState(null, "", addressWith(null));
  read();
}

/** The address of the current page, with a call or without one. */
export function addressWith(call_id: string | null): string {
  const fragment = readFragment();
  if (call_id) fragment.set("call", call_id);
  else fragment.delete("call");
  return join(location.pathname, new URLSearchParams(location.search), fragment);
}

/** Updates all signals together, so that no effect runs between two of them. */
function read(): void {
  batch(() => {
    page.value = readPage();
    filter.value = readFilter();
    status.value = readStatus();
    query.value = readQuery();
    visited.value = readFragment().get("visited");
    agent.value = readFragment().get("agent");
    minutes.value = readMinutes();
    queue.value = readChosenQueue();
    selected.value = readCall();
    at.value = readMoment();
    parameters.value = location.search;
  });
}

addEventListener("popstate", read);
