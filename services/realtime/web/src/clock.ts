import { computed, signal } from "@preact/signals";

/** Server minus browser, in ms. The board's times tick by the server's clock, however wrong the browser's is. */
const offset = signal(0);
const ticks = signal(Date.now());
setInterval(() => {
  ticks.value = Date.now();
}, 1_000);

/** The server's time, once a second. */
export const now = computed(() => ticks.value + offset.value);

export const serverTime = (): number => Date.now() + offset.value;

/** Asks the server for its time: the Date header has whole seconds, so half a second is the best guess of the rest. */
export async function measureOffset(): Promise<void> {
  const asked = Date.now();
  const answer = await fetch("/livez", { cache: "no-store" }).catch(() => null);
  const date = Date.parse(answer?.headers.get("Date") ?? "");
  if (Number.isNaN(date)) return;
  offset.value = date + 500 - (asked + Date.now()) / 2;
  ticks.value = Date.now();
}
