import { effect, signal } from "@preact/signals";

/** TV mode: large, without controls, and the screen stays on. */
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

/**
 * The browser releases the wake lock when the page is hidden, so the page requests it again when it
 * becomes visible. Without TLS there is no wake lock.
 */
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
