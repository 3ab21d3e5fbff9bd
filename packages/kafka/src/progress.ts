import type { Check } from "@teravoz/runtime";

/** Whether the partitions of a consumer move on. */
export type Progress = {
  /** Records of the partition wait; `reason` says for what, null where nothing is known to be in the way. */
  waits(place: string, reason?: string | null): void;
  /** Some of them are stored. */
  moved(place: string): void;
  /** All that were fetched are stored. */
  level(place: string): void;
  /** A fetch of the partition was answered, with records or none. */
  answered(place: string): void;
  /** These are the partitions from now on; what is known of one that was there before stays. */
  assign(places: readonly string[]): void;
  check(): Check;
};

/** Longer than any pause that heals by itself: an election, a rebalance, a restart of a broker. */
const STANDSTILL_MS = 60_000;

/** `now` in ms, from any origin. */
export function createProgress(now: () => number): Progress {
  const waiting = new Map<string, { since: number; reason: string | null }>();
  /** When a fetch of each partition was last answered, or its last batch ended. */
  const answers = new Map<string, number>();
  return {
    waits: (place, reason = null) => {
      const known = waiting.get(place);
      waiting.set(place, { since: known?.since ?? now(), reason: reason ?? known?.reason ?? null });
    },
    moved: (place) => void waiting.set(place, { since: now(), reason: null }),
    level: (place) => {
      waiting.delete(place);
      answers.set(place, now());
    },
    answered: (place) => void (answers.has(place) && answers.set(place, now())),
    assign: (places) => {
      for (const place of waiting.keys()) if (!places.includes(place)) waiting.delete(place);
      for (const place of answers.keys()) if (!places.includes(place)) answers.delete(place);
      for (const place of places) answers.set(place, answers.get(place) ?? now());
    },
    check: () => {
      for (const [place, { since, reason }] of waiting) {
        const seconds = standstillOf(now() - since);
        const why = reason ?? "it is still being handled";
        if (seconds)
          return { ok: false, reason: `${place} has records and has stored none for ${seconds} s: ${why}` };
      }
      for (const [place, since] of answers) {
        const seconds = waiting.has(place) ? null : standstillOf(now() - since);
        if (seconds) return { ok: false, reason: `no fetch of ${place} was answered for ${seconds} s` };
      }
      return { ok: true };
    },
  };
}

const standstillOf = (ms: number): number | null => (ms < STANDSTILL_MS ? null : Math.floor(ms / 1_000));
