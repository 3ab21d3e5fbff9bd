import type { Check } from "@teravoz/runtime";

/** Whether the partitions of a consumer move on. */
export type Progress = {
  /** Records of the partition wait; `reason` says for what, null where nothing is known to be in the way. */
  waits(partition: string, reason?: string | null): void;
  /** Some of them are stored. */
  moved(partition: string): void;
  /** All that were fetched are stored. */
  level(partition: string): void;
  /** A fetch of the partition was answered, with records or none. */
  answered(partition: string): void;
  /** These are the partitions from now on; what is known of one that was there before stays. */
  assign(partitions: readonly string[]): void;
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
    waits: (partition, reason = null) => {
      const known = waiting.get(partition);
      waiting.set(partition, { since: known?.since ?? now(), reason: reason ?? known?.reason ?? null });
    },
    moved: (partition) => void waiting.set(partition, { since: now(), reason: null }),
    level: (partition) => {
      waiting.delete(partition);
      answers.set(partition, now());
    },
    answered: (partition) => void (answers.has(partition) && answers.set(partition, now())),
    assign: (partitions) => {
      for (const partition of waiting.keys()) if (!partitions.includes(partition)) waiting.delete(partition);
      for (const partition of answers.keys()) if (!partitions.includes(partition)) answers.delete(partition);
      for (const partition of partitions) answers.set(partition, answers.get(partition) ?? now());
    },
    check: () => {
      for (const [partition, { since, reason }] of waiting) {
        const seconds = standstillOf(now() - since);
        const why = reason ?? "it is still being handled";
        if (seconds)
          return {
            ok: false,
            reason: `${partition} has records and has stored none for ${seconds} s: ${why}`,
          };
      }
      for (const [partition, since] of answers) {
        const seconds = waiting.has(partition) ? null : standstillOf(now() - since);
        if (seconds) return { ok: false, reason: `no fetch of ${partition} was answered for ${seconds} s` };
      }
      return { ok: true };
    },
  };
}

const standstillOf = (ms: number): number | null => (ms < STANDSTILL_MS ? null : Math.floor(ms / 1_000));
