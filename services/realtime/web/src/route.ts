import { signal } from "@preact/signals";
import { type CallState, STATES } from "./calls.ts";

/** The pages, in the order of the navigation, and where each is: every address can be shared. */
export const PATHS = { live: "/", calls: "/calls", abandoned: "/abandoned" } as const;
export type PageName = keyof typeof PATHS;
export const PAGES = Object.keys(PATHS) as PageName[];

export const page = signal<PageName>(readPage());
/** Which calls the page of calls shows. */
export const filter = signal<CallState | null>(readFilter());
/** What it searches for. */
export const query = signal(readQuery());

function readPage(): PageName {
  return PAGES.find((name) => PATHS[name] === location.pathname) ?? "live";
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

export function go(to: PageName, state: CallState | null = null, q = ""): void {
  const search = state ? `?${new URLSearchParams({ state })}` : "";
  const hash = q ? `#${new URLSearchParams({ q })}` : "";
  history.pushState(null, "", PATHS[to] + search + hash);
  read();
}

function read(): void {
  page.value = readPage();
  filter.value = readFilter();
  query.value = readQuery();
}

addEventListener("popstate", read);
