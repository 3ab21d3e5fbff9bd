import { signal } from "@preact/signals";
import { type CallState, STATES } from "./calls.ts";

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
} as const;
export type PageName = keyof typeof PATHS;
/** All that have an address; those of the navigation are the ones a page is not reached from another. */
const ALL_PAGES = Object.keys(PATHS) as PageName[];
export const PAGES = ALL_PAGES.filter((name) => name !== "number");

export const page = signal<PageName>(readPage());
/** Which calls the page of calls shows. */
export const filter = signal<CallState | null>(readFilter());
/** What it searches for. */
export const query = signal(readQuery());

/** The sliding window of the live page's numbers, in minutes; null = today. */
export const SLIDING_MINUTES = 30;
export const minutes = signal(readMinutes());

/** There was no call before. */
const EARLIEST = Date.UTC(2000, 0);
/** The moment that the live page shows, in ms; null = now. While it is played, it runs on. */
export const at = signal(readMoment());

function readPage(): PageName {
  return ALL_PAGES.find((name) => PATHS[name] === location.pathname) ?? "live";
}

/** The filter is part of the address, so that it can be bookmarked and survives a reload. */
function readFilter(): CallState | null {
  const state = new URLSearchParams(location.search).get("state");
  return STATES.find((each) => each === state) ?? null;
}

/** A part of the address that no server is sent, and so no log holds: people search for numbers. */
function readQuery(): string {
  return new URLSearchParams(location.hash.slice(1)).get("q")?.trim() ?? "";
}

function readMinutes(): number | null {
  return new URLSearchParams(location.search).get("minutes") === String(SLIDING_MINUTES)
    ? SLIDING_MINUTES
    : null;
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
    history.replaceState(null, "", readable(url.href));
  }, WRITE_MS);
}

/** A colon may stand in a query as it is. */
const readable = (address: string): string => address.replaceAll("%3A", ":");

type View = { state?: CallState | null; q?: string; minutes?: number | null; at?: number | null };

export function go(to: PageName, { state, q, minutes: window, at: moment }: View = {}): void {
  const search = new URLSearchParams({
    ...(state ? { state } : {}),
    ...(window ? { minutes: String(window) } : {}),
    ...(moment ? { at: new Date(moment).toISOString() } : {}),
  });
  const hash = new URLSearchParams(q ? { q } : {});
  const parts = [PATHS[to], search.size > 0 && readable(`?${search}`), hash.size > 0 && `#${hash}`];
  history.pushState(null, "", parts.filter(Boolean).join(""));
  read();
}

function read(): void {
  page.value = readPage();
  filter.value = readFilter();
  query.value = readQuery();
  minutes.value = readMinutes();
  at.value = readMoment();
}

addEventListener("popstate", read);
