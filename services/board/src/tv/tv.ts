import { effect, signal } from "@preact/signals";

/** On the wall: large, without anything to press, and the screen stays on. */
export const tv = signal(new URLSearchParams(location.search).has("tv"));

export function toggleTv(): void {
  tv.value = !tv.value;
  const search = new URLSearchParams(location.search);
  if (tv.value) search.set("tv", "");
  else search.delete("tv");
  history.replaceState(
    null,
    "",
    `${location.pathname}${search.size > 0 ? `?${search}` : ""}${location.hash}`,
  );
}

let lock: WakeLockSentinel | null = null;

/** The browser lets go of the screen when the page is hidden: it is asked again when it is seen. Without TLS it has no such thing. */
async function keepOn(): Promise<void> {
  if (!tv.peek() || document.visibilityState !== "visible" || (lock && !lock.released)) return;
  lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
  if (!tv.peek()) void lock?.release();
}

export function followTv(): void {
  effect(() => {
    document.documentElement.classList.toggle("tv", tv.value);
    if (tv.value) void keepOn();
    else void lock?.release();
  });
  document.addEventListener("visibilitychange", () => void keepOn());
}
