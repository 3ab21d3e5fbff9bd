import { computed, signal } from "@preact/signals";

/**
 * The server's clock minus the browser's, in ms. All times of the page follow the server's clock. The
 * error is at most the travel time of the quickest answer.
 */
const offset = signal(0);
const ticks = signal(Date.now());
setInterval(() => {
  ticks.value = Date.now();
}, 1_000);

/** The server's time, updated once a second. */
export const now = computed(() => ticks.value + offset.value);

export const serverTime = (): number => Date.now() + offset.value;

/** No answer takes this long to arrive: a larger difference means that a clock was changed. */
const STEP_MS = 1_000;

/** Updates the offset from an answer that has just arrived. The quickest answer gives the best estimate. */
export function noteServerTime(ms: number): void {
  const difference = ms - Date.now();
  if (difference <= offset.peek() && offset.peek() - difference < STEP_MS) return;
  offset.value = difference;
  ticks.value = Date.now();
}
