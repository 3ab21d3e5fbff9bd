import { batch, computed, effect, signal } from "@preact/signals";
import type { RewoundReport } from "@teravoz/protocol/client";
import { PRESENT_MS } from "@teravoz/protocol/limits";
import { now, serverTime } from "../base/clock.ts";
import { createPaced } from "../base/paced.ts";
import { at, go, minutes, page, writeMoment } from "../base/route.ts";
import { ask, connection, erased, listen } from "../base/socket.ts";
import { agents, report } from "../reports/followed-reports.ts";

export const SPEEDS = [1, 5, 15, 60] as const;
export type Speed = (typeof SPEEDS)[number];

/** The id of the button that rewinds. It gets the focus again when the page returns to live. */
export const HANDLE_ID = "rewind-handle";

/** The button rewinds by this much: people mostly look for something that has just happened. */
const HANDLE_MS = 5 * 60_000;
export const STEP_MS = 10_000;
/** Four boards a second. At sixty times the speed, two boards are 15 seconds apart. */
const PACE_MS = 250;
/** An answer that takes longer is reported as slow. */
const SLOW_MS = 1_000;

/** True if the address has a moment in the future by the server's clock, which is known after the first report. */
export const isAhead = computed(
  () =>
    page.value === "live" && at.value !== null && report.value !== null && at.value > now.value + PRESENT_MS,
);
/** True if the live page shows a moment of the past. */
export const rewound = computed(() => page.value === "live" && at.value !== null && !isAhead.value);
export const playing = signal(false);
export const speed = signal<Speed>(1);
/**
 * The last answer of the server. Its `now` is the shown moment, which is a little behind `at`, the requested
 * moment.
 */
export const past = signal<RewoundReport | null>(null);
type Trouble = "slow" | "future" | "unreadable";
/** The reason why there is no answer for the requested moment. */
const unanswered = signal<Trouble | null>(null);
/** True if the user chose a moment in the future. */
const refused = signal(false);
export const trouble = computed<Trouble | null>(() => (refused.value ? "future" : unanswered.value));

/** The shown moment, in ms. */
export const seen = computed(() => (past.value ? Date.parse(past.value.now) : (at.value ?? 0)));
/** The clock of the board: the server's, or the shown moment of the past. */
export const boardNow = computed(() => (rewound.value ? seen.value : now.value));
/** The numbers and the agents of the board, now or at the shown moment. */
export const boardReport = computed(() => (rewound.value ? past.value : report.value));
export const boardAgents = computed(() => (rewound.value ? past.value : agents.value));

export function rewind(): void {
  if (!rewound.peek()) go("live", { minutes: minutes.peek(), at: serverTime() - HANDLE_MS });
}

export function backToLive(): void {
  go("live", { minutes: minutes.peek() });
  // the button is drawn in the next frame
  requestAnimationFrame(() => document.getElementById(HANDLE_ID)?.focus());
}

/** Counts the chosen moments; playing does not count. */
let chosen = 0;

/** Goes to a chosen moment. A moment in the future is refused. */
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
  const answer = await ask("Rewind", { at: asked, minutes: minutes.peek() });
  clearTimeout(late);
  // another moment was chosen meanwhile: the next reading asks for it
  if (!rewound.peek() || mine !== chosen) return true;
  batch(() => {
    unanswered.value = answer?.status === "Ok" ? null : asked! > serverTime() ? "future" : "unreadable";
    if (answer?.status === "Ok") past.value = answer.data;
  });
  return answer?.status === "Ok";
}, PACE_MS);

/** Advances the moment while the server answers. When the moment reaches the present, the page is live again. */
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
/** An agent disappears only by an erasure, which also removes the agent from the past. */
listen("AgentsChanged", ({ data }) => {
  if (data.gone.length > 0) reading.trigger();
});
effect(() => {
  at.value;
  minutes.value;
  // an erased call disappears from the past, too
  erased.value;
  if (rewound.value && connection.value.status === "live") reading.trigger();
});
