import type { Jobs } from "@teravoz/domain";
import { CLAIM_MS } from "../mongo/jobs.ts";

/** The model of the jobs. `now` in ms. */
export function createMemoryJobs({ now = Date.now }: { now?: () => number } = {}): Jobs {
  const jobs = new Map<string, { claimedAt: number; doneAt: number }>();
  return {
    claim: async (name, everyMs) => {
      const { claimedAt, doneAt } = jobs.get(name) ?? { claimedAt: 0, doneAt: 0 };
      if (doneAt > now() - everyMs || claimedAt > now() - CLAIM_MS) return false;
      jobs.set(name, { claimedAt: now(), doneAt });
      return true;
    },
    release: async (name, isDone) => {
      const job = jobs.get(name);
      if (job) jobs.set(name, { claimedAt: 0, doneAt: isDone ? now() : job.doneAt });
    },
  };
}
