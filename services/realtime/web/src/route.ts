import { batch, signal } from "@preact/signals";
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

/** What pages of their own keep in the address. */
export const parameters = signal(location.search);

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

type View = {
  state?: CallState | null;
  q?: string;
  minutes?: number | null;
  /** Further parameters, as they stand in the address. */
  more?: Record<string, string>;
};

export function go(to: PageName, { state, q, minutes: window, more }: View = {}): void {
  const search = new URLSearchParams({
    ...(state ? { state } : {}),
    ...(window ? { minutes: String(window) } : {}),
    ...more,
  });
  const hash = new URLSearchParams(q ? { q } : {});
  const parts = [PATHS[to], search.size > 0 && `?${search}`, hash.size > 0 && `#${hash}`];
  history.pushState(null, "", parts.filter(Boolean).join(""));
  read();
}

/** Nobody sees a half of an address. */
function read(): void {
  batch(() => {
    page.value = readPage();
    filter.value = readFilter();
    query.value = readQuery();
    minutes.value = readMinutes();
    parameters.value = location.search;
  });
}

addEventListener("popstate", read);
