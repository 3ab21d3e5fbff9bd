/**
 * Resolves after `ms`, or as soon as the signal aborts. Never rejects. Unlike `node:timers/promises` it uses the global
 * timer, which Jest's fake timers replace. With `ref: false` it does not keep the process alive.
 */
export function sleep(
  ms: number,
  { signal, ref = true }: { signal?: AbortSignal; ref?: boolean } = {},
): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (!ref) timer.unref();
    signal?.addEventListener("abort", end);
  });
}
