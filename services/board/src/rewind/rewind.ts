import { batch, computed, effect, signal } from "@preact/signals";
import { now, serverTime } from "../base/clock.ts";
import { createPaced } from "../base/paced.ts";
import { at, go, minutes, page, writeMoment } from "../base/route.ts";
import { ask, connection, erased, listen } from "../base/socket.ts";
import type { PastReport } from "../model/reports.ts";
import { agents, report } from "../reports/followed-reports.ts";

export const SPEEDS = [1, 5, 15, 60] as const;
export type Speed = (typeof SPEEDS)[number];

/** The button that opens the past, and has the focus again after it. */
export const HANDLE_ID = "rewind-handle";

/** The handle leads this far back: people mostly look for something that has just happened. */
const HANDLE_MS = 5 * 60_000;
export const STEP_MS = 10_000;
/** Four boards a second: at sixty times the speed each is a quarter of a minute after the one before. */
const PACE_MS = 250;
/** A moment younger than this is the present, as it is on the server. */
const PRESENT_MS = 1_000;
/** Longer than this is slow: it is said. */
const SLOW_MS = 1_000;

/** The live page was asked for a moment that is still to come by the server's clock, which is known once a report has come. */
export const isAhead = computed(
  () =>
    page.value === "live" && at.value !== null && report.value !== null && at.value > now.value + PRESENT_MS,
);
/** The live page shows a moment of the past. */
export const rewound = computed(() => page.value === "live" && at.value !== null && !isAhead.value);
export const playing = signal(false);
export const speed = signal<Speed>(1);
/** The last answer of the server. Its `now` is the moment that is seen; it is a little behind `at`, the moment that is asked for. */
export const past = signal<PastReport | null>(null);
type Trouble = "slow" | "future" | "unreadable";
/** Why it has not said anything since. */
const unanswered = signal<Trouble | null>(null);
/** A moment was chosen that is still to come. */
const refused = signal(false);
export const trouble = computed<Trouble | null>(() => (refused.value ? "future" : unanswered.value));

/** The moment that is seen, in ms. */
export const seen = computed(() => (past.value ? Date.parse(past.value.now) : (at.value ?? 0)));
/** The clock by which the board's times tick: the server's, or that of the past. */
export const boardNow = computed(() => (rewound.value ? seen.value : now.value));
/** The numbers of the board and its agents, of now or of then. */
export const boardReport = computed(() => (rewound.value ? past.value : report.value));
export const boardAgents = computed(() => (rewound.value ? past.value : agents.value));

export function rewind(): void {
  if (!rewound.peek()) go("live", { minutes: minutes.peek(), at: serverTime() - HANDLE_MS });
}

export function backToLive(): void {
  go("live", { minutes: minutes.peek() });
  // it is there with the next frame
  requestAnimationFrame(() => document.getElementById(HANDLE_ID)?.focus());
}

/** Grows where the moment is chosen, not where it is played. */
let chosen = 0;

/** To a moment that somebody chose. One that is still to come is not gone to. */
export function seek(ms: number): void {
  refused.value = ms > serverTime() - PRESENT_MS;
  if (refused.peek()) return;
  chosen += 1;
  moveTo(ms);
}

export const step = (ms: number): void => seek(at.peek()! + ms);

export function togglePlaying(): void {
  playing.value = !playing.value;
}

function moveTo(ms: number): void {
  at.value = Math.floor(ms);
  writeMoment();
}

const reading = createPaced(async () => {
  const [asked, mine] = [at.peek(), chosen];
  if (!rewound.peek()) return true;
  const late = setTimeout(() => {
    unanswered.value = "slow";
  }, SLOW_MS);
  const answer = await ask<PastReport>("Rewind", { at: asked, minutes: minutes.peek() });
  clearTimeout(late);
  // another moment was chosen meanwhile: that one is asked for next
  if (!rewound.peek() || mine !== chosen) return true;
  batch(() => {
    unanswered.value = answer?.status === "Ok" ? null : asked! > serverTime() ? "future" : "unreadable";
    if (answer?.status === "Ok") past.value = answer.data;
  });
  return answer?.status === "Ok";
}, PACE_MS);

/** It plays on while the answers come. Past the last second it is live. */
function play(elapsedMs: number): void {
  if (connection.peek().status !== "live" || past.peek() === null) return;
  const next = at.peek()! + elapsedMs * speed.peek();
  if (next > serverTime() - PRESENT_MS) backToLive();
  else moveTo(next);
}

effect(() => {
  if (!playing.value) return;
  let last = performance.now();
  const timer = setInterval(() => {
    const before = last;
    last = performance.now();
    play(last - before);
  }, PACE_MS);
  return () => clearInterval(timer);
});
effect(() => {
  if (rewound.value) return;
  playing.value = false;
  past.value = null;
  unanswered.value = null;
  refused.value = false;
});
/** Agents go only where they are erased: then they are seen no more in the past either. */
listen<{ gone: string[] }>("AgentsChanged", ({ data }) => {
  if (data.gone.length > 0) reading.trigger();
});
effect(() => {
  at.value;
  minutes.value;
  // what was erased is seen no more
  erased.value;
  if (rewound.value && connection.value.status === "live") reading.trigger();
});
