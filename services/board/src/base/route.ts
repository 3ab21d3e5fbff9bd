import { batch, signal } from "@preact/signals";
import { type CallState, STATES } from "../model/call.ts";
import { type DeliveryStatus, STATUSES } from "../model/delivery.ts";

/** The pages, in the order of the navigation, and where each is: every address can be shared. */
export const PATHS = {
  live: "/",
  calls: "/calls",
  agents: "/agents",
  queues: "/queues",
  abandoned: "/abandoned",
  deliveries: "/deliveries",
  system: "/system",
  number: "/number",
  // shown at every other address
  unknown: "/not-found",
} as const;
export type PageName = keyof typeof PATHS;
const ALL_PAGES = Object.keys(PATHS) as PageName[];
/** The pages of the navigation. */
export const PAGES = ALL_PAGES.filter((name) => name !== "number" && name !== "unknown");

export const page = signal<PageName>(readPage());
/** The state that the page of calls shows; null = all. */
export const filter = signal<CallState | null>(readFilter());
/** The status that the page of deliveries shows; null = all. */
export const status = signal<DeliveryStatus | null>(readStatus());
/** The search text of a page. */
export const query = signal(readQuery());

/** Which calls the page of calls shows: those that visited this queue, and those that this agent was on. */
export const visited = signal(readFragment().get("visited"));
export const agent = signal(readFragment().get("agent"));

/** The sliding window of the live page's numbers, in minutes; null = today. */
export const SLIDING_MINUTES = 30;
export const minutes = signal(readMinutes());

/** The queue that the page of queues charts; null = all. */
export const queue = signal(readChosenQueue());

/** The call_id of the call whose events are shown, whatever the page. */
export const selected = signal(readCall());
/** There was no call before. */
const EARLIEST = Date.UTC(2000, 0);
/** The moment that the live page shows, in ms; null = now. While it is played, it runs on. */
export const at = signal(readMoment());
/** The query of the address, for parameters that only one page has. */
export const parameters = signal(location.search);

function readPage(): PageName {
  return ALL_PAGES.find((name) => PATHS[name] === location.pathname) ?? "unknown";
}

/** The filter is part of the address, so that it can be bookmarked and survives a reload. */
function readFilter(): CallState | null {
  const state = new URLSearchParams(location.search).get("state");
  return STATES.find((each) => each === state) ?? null;
}

function readStatus(): DeliveryStatus | null {
  const status = new URLSearchParams(location.search).get("status");
  return STATUSES.find((each) => each === status) ?? null;
}

/** As much as a search may have. */
const MAX_QUERY = 256;

/** A part of the address that no server is sent, and so no log holds: people search for numbers. */
function readQuery(): string {
  return readFragment().get("q")?.trim().slice(0, MAX_QUERY) ?? "";
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

/** Only the live page has another window than today. */
function readMinutes(): number | null {
  return location.pathname === PATHS.live &&
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
  /** Further parameters, as they stand in the address. */
  more?: Record<string, string>;
};

export function addressOf(
  to: PageName,
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
  return join(PATHS[to], search, fragment);
}

const join = (path: string, search: URLSearchParams, fragment: URLSearchParams): string =>
  [path, search.size > 0 && readable(`?${search}`), fragment.size > 0 && `#${fragment}`]
    .filter(Boolean)
    .join("");

/** A call that is looked at stays open while the page stays the same. */
export function go(to: PageName, view: View = {}): void {
  const call = to === page.peek() ? selected.peek() : null;
  history.pushState(null, "", addressOf(to, { call, ...view }));
  read();
}

function readMoment(): number | null {
  const ms = Date.parse(new URLSearchParams(location.search).get("at") ?? "");
  return ms >= EARLIEST ? ms : null;
}

/** Browsers let a page write its address some 100 times in half a minute. */
const WRITE_MS = 500;
let writing: ReturnType<typeof setTimeout> | null = null;

/** Soon the address is that of the moment that is seen. */
export function writeMoment(): void {
  if (writing) return;
  writing = setTimeout(() => {
    writing = null;
    const url = new URL(location.href);
    if (at.peek() === null || url.pathname !== PATHS.live) return;
    url.searchParams.set("at", new Date(at.peek()!).toISOString());
    history.replaceState(history.state, "", readable(url.href));
  }, WRITE_MS);
}

/** A colon may stand in a query as it is. */
const readable = (address: string): string => address.replaceAll("%3A", ":");

/** The state of a history entry. `opened`: the entry before it is the same page without the call. */
type Entry = { opened?: true } | null;

/** The address of a call is that of where it is seen, and the call: Back closes it, however many were looked at. */
export function openCall(call_id: string): void {
  if (call_id === selected.peek()) return;
  if (selected.peek()) history.replaceState(history.state, "", addressWith(call_id));
  else history.pushState({ opened: true } satisfies Entry, "", addressWith(call_id));
  read();
}

/** Back to where it was opened; a link that came from elsewhere stays where it is, without the call. */
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

/** Updates all signals at once: no effect sees half an address. */
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
