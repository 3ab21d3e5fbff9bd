import { SEARCH_ID } from "../base/elements/search-box.tsx";
import { masked, nextTheme } from "../base/preferences.ts";
import { closeCall, go, selected } from "../base/route.ts";
import { openedDelivery } from "../deliveries/opened-delivery.ts";
import { toggleSound } from "../live/alarm.ts";
import { backToLive, isAhead, rewind, rewound, STEP_MS, step, togglePlaying } from "../rewind/rewind.ts";
import { toggleTv, tv } from "../tv/tv.ts";
import { helping } from "./help.tsx";

/** The action of each key, or of two keys in sequence. The help lists them (`keys` of the words). */
const ACTIONS: Record<string, (event: KeyboardEvent) => unknown> = {
  "g l": () => go("live"),
  "g c": () => go("calls"),
  "g a": () => go("agents"),
  "g f": () => go("queues"),
  "g b": () => go("abandoned"),
  "g e": () => go("deliveries"),
  "g s": () => go("system"),
  "/": (event) => {
    // some browsers would open their own search
    event.preventDefault();
    const focus = () => document.getElementById(SEARCH_ID)?.focus();
    if (document.getElementById(SEARCH_ID)) return focus();
    go("calls");
    // the page is drawn in the next frame
    requestAnimationFrame(focus);
  },
  r: rewind,
  " ": (event) => {
    // the space bar presses a focused button
    if (!rewound.peek() || event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    togglePlaying();
  },
  ",": () => rewound.peek() && step(-STEP_MS),
  ".": () => rewound.peek() && step(STEP_MS),
  t: nextTheme,
  o: toggleSound,
  v: toggleTv,
  n: () => {
    masked.value = !masked.value;
  },
  Escape: () => {
    if (selected.peek()) closeCall();
    else if (openedDelivery.peek()) openedDelivery.value = null;
    else if (rewound.peek() || isAhead.peek()) backToLive();
    else if (tv.peek()) toggleTv();
  },
  "?": () => {
    helping.value = !helping.value;
  },
};

/** Returns whether the user types into a field. A slider is an input without text. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement && target.type !== "range";

/** The second key of a sequence must follow within this time. */
const PAIR_MS = 1_000;
let first: { key: string; at: number } | null = null;

/** Runs the actions of the keys, but not while the user types, nor together with Ctrl, Meta or Alt. */
export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const pair = first && event.timeStamp - first.at < PAIR_MS ? `${first.key} ${event.key}` : null;
    const action = (pair && ACTIONS[pair]) || ACTIONS[event.key];
    first = action ? null : { key: event.key, at: event.timeStamp };
    action?.(event);
  });
}
