import { signal } from "@preact/signals";
import { type CallState, STATES } from "./calls.ts";
import { type DeliveryStatus, STATUSES } from "./delivery.ts";

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
/** Which deliveries the page of deliveries shows. */
export const status = signal<DeliveryStatus | null>(readStatus());
/** What it searches for. */
export const query = signal(readQuery());

/** The sliding window of the live page's numbers, in minutes; null = today. */
export const SLIDING_MINUTES = 30;
export const minutes = signal(readMinutes());

function readPage(): PageName {
  return ALL_PAGES.find((name) => PATHS[name] === location.pathname) ?? "live";
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
  status?: DeliveryStatus | null;
  q?: string;
  minutes?: number | null;
};

export function go(to: PageName, { state, status: delivered, q, minutes: window }: View = {}): void {
  const search = new URLSearchParams({
    ...(state ? { state } : {}),
    ...(delivered ? { status: delivered } : {}),
    ...(window ? { minutes: String(window) } : {}),
  });
  const hash = new URLSearchParams(q ? { q } : {});
  const parts = [PATHS[to], search.size > 0 && `?${search}`, hash.size > 0 && `#${hash}`];
  history.pushState(null, "", parts.filter(Boolean).join(""));
  read();
}

function read(): void {
  page.value = readPage();
  filter.value = readFilter();
  status.value = readStatus();
  query.value = readQuery();
  minutes.value = readMinutes();
}

addEventListener("popstate", read);
