import { helping, masked, nextTheme, openedDelivery, selected } from "./choices.ts";
import { go } from "./route.ts";
import { SEARCH_ID } from "./search-box.tsx";
import { toggleTv, tv } from "./tv.ts";

/** What a key does, or two one after the other: as the help of words.ts lists them. */
const ACTIONS: Record<string, (event: KeyboardEvent) => void> = {
  "g l": () => go("live"),
  "g c": () => go("calls"),
  "g a": () => go("agents"),
  "g f": () => go("queues"),
  "g b": () => go("abandoned"),
  "g e": () => go("deliveries"),
  "g s": () => go("system"),
  "/": (event) => {
    // some browsers begin a search of their own
    event.preventDefault();
    if (!document.getElementById(SEARCH_ID)) go("calls");
    // the page is there with the next frame
    requestAnimationFrame(() => document.getElementById(SEARCH_ID)?.focus());
  },
  t: nextTheme,
  v: toggleTv,
  n: () => {
    masked.value = !masked.value;
  },
  Escape: () => {
    if (selected.peek()) selected.value = null;
    else if (openedDelivery.peek()) openedDelivery.value = null;
    else if (tv.peek()) toggleTv();
  },
  "?": () => {
    helping.value = !helping.value;
  },
};

/** The second key of two comes within this. */
const PAIR_MS = 1_000;
let first: { key: string; at: number } | null = null;

/** Nothing while somebody types, and no key that the browser has a use for. */
export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement;
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const pair = first && event.timeStamp - first.at < PAIR_MS ? `${first.key} ${event.key}` : null;
    const action = (pair && ACTIONS[pair]) || ACTIONS[event.key];
    first = action ? null : { key: event.key, at: event.timeStamp };
    action?.(event);
  });
}
