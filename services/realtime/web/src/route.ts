import { signal } from "@preact/signals";
import { type CallState, STATES } from "./calls.ts";

/** The pages, in the order of the navigation, and where each is: every address can be shared. */
export const PATHS = { live: "/", calls: "/calls", abandoned: "/abandoned" } as const;
export type PageName = keyof typeof PATHS;
export const PAGES = Object.keys(PATHS) as PageName[];

export const page = signal<PageName>(readPage());
/** Which calls the page of calls shows. */
export const filter = signal<CallState | null>(readFilter());

function readPage(): PageName {
  return PAGES.find((name) => PATHS[name] === location.pathname) ?? "live";
}

/** The filter is part of the address, so that it can be bookmarked and survives a reload. */
function readFilter(): CallState | null {
  const state = new URLSearchParams(location.search).get("state");
  return STATES.find((each) => each === state) ?? null;
}

export function go(to: PageName, state: CallState | null = null): void {
  history.pushState(null, "", PATHS[to] + (state ? `?state=${state}` : ""));
  read();
}

function read(): void {
  page.value = readPage();
  filter.value = readFilter();
}

addEventListener("popstate", read);
