import type { Check } from "@teravoz/runtime";

/** Records whether the partitions of a consumer make progress. */
export type Progress = {
  /** Notes that records of the partition wait. `reason` says why, null if no cause is known. */
  waits(partition: string, reason?: string | null): void;
  /** Notes that some of the waiting records are stored. */
  moved(partition: string): void;
  /** Notes that all fetched records are stored. */
  level(partition: string): void;
  /** Notes that a fetch of the partition was answered, with or without records. */
  answered(partition: string): void;
  /** Replaces the partitions. Partitions that were assigned before keep their state. */
  assign(partitions: readonly string[]): void;
  check(): Check;
};

/**
 * The time that a partition may be without progress. It is longer than any pause that ends on its own: an election, a
 * rebalance, a restart of a broker.
 */
const STANDSTILL_MS = 60_000;

/** `now` returns ms from any origin. */
export function createProgress(now: () => number): Progress {
  const waiting = new Map<string, { since: number; reason: string | null }>();
  /** The time at which a fetch of each partition was last answered, or its last batch ended. */
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
        const why = reason ?? "the current batch has not ended";
        if (seconds)
          return {
            ok: false,
            reason: `${partition} has stored none of its waiting records for ${seconds} s: ${why}`,
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
