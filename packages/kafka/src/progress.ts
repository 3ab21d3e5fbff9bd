import type { Check } from "@teravoz/runtime";

/** Whether the partitions of a consumer that have records to come move on. */
export type Progress = {
  /** Records of the partition wait; `reason` says for what, null where nothing is known to be in the way. */
  waits(place: string, reason?: string | null): void;
  /** Some of them are stored. */
  moved(place: string): void;
  /** All that were fetched are stored. */
  level(place: string): void;
  /** Forgets the partitions that are not among these. */
  retain(places: ReadonlySet<string>): void;
  check(): Check;
};

/** Longer than any pause that heals by itself: an election, a rebalance, a restart of a broker. */
const STANDSTILL_MS = 60_000;

/** `now` in ms, from any origin. */
export function createProgress(now: () => number): Progress {
  const waiting = new Map<string, { since: number; reason: string | null }>();
  return {
    waits: (place, reason = null) => {
      const known = waiting.get(place);
      waiting.set(place, { since: known?.since ?? now(), reason: reason ?? known?.reason ?? null });
    },
    moved: (place) => void waiting.set(place, { since: now(), reason: null }),
    level: (place) => void waiting.delete(place),
    retain: (places) => {
      for (const place of waiting.keys()) if (!places.has(place)) waiting.delete(place);
    },
    check: () => {
      for (const [place, { since, reason }] of waiting) {
        const ms = now() - since;
        if (ms < STANDSTILL_MS) continue;
        const seconds = Math.floor(ms / 1_000);
        const why = reason ?? "it is still being handled";
        return { ok: false, reason: `${place} has records and has stored none for ${seconds} s: ${why}` };
      }
      return { ok: true };
    },
  };
}
