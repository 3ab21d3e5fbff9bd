import type { Readiness } from "@teravoz/domain";

/** The model of Readiness: it gives each instance of a service its port. `now` in ms. */
export function createMemoryReadiness({ now = Date.now }: { now?: () => number } = {}) {
  const readyAt = new Map<string, number>();
  return (instance: string): Readiness => ({
    announce: async () => void readyAt.set(instance, now()),
    isAnotherReady: async (withinMs) =>
      [...readyAt].some(([name, at]) => name !== instance && at >= now() - withinMs),
  });
}
