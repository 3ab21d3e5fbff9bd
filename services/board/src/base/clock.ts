import { computed, signal } from "@preact/signals";

/** Server minus browser, in ms; at worst too little by the way of the quickest answer. The board's times tick by the server's clock, however wrong the browser's is. */
const offset = signal(0);
const ticks = signal(Date.now());
setInterval(() => {
  ticks.value = Date.now();
}, 1_000);

/** The server's time, once a second. */
export const now = computed(() => ticks.value + offset.value);

export const serverTime = (): number => Date.now() + offset.value;

/** More than any answer is on its way: then it is a clock that was set. */
const STEP_MS = 1_000;

/** What the server said the time was when it answered, told as the answer comes: the quickest answer tells best. */
export function noteServerTime(ms: number): void {
  const told = ms - Date.now();
  if (told <= offset.peek() && offset.peek() - told < STEP_MS) return;
  offset.value = told;
  ticks.value = Date.now();
}
