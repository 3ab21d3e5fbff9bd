import type { Answers, ServiceStatus } from "@teravoz/domain";

/** The number of answers of the webhook by status and minute, of all instances in the last day. */
export type AnswerCounts = {
  /** Takes the counts of a status. They replace those that the same run of the instance sent for the same minutes. */
  take(status: Pick<ServiceStatus, "instance" | "started_at" | "answers">): void;
  /** Returns the counts by minute and status, of the minutes that began at `since` or later. */
  list(since: Date): Answers[];
};

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** The maximum number of entries, some 20 MB: ten instances that answer with ten statuses in every minute of a day. */
const MAX_ENTRIES = 150_000;

/** The counts of a minute, by run of an instance and status. */
type Minute = Map<string, { status: number; count: number }>;
type Kept = { minutes: Map<number, Minute>; entries: number };

/** Creates empty counts. `now` returns ms since the epoch; minutes are by the instances' clocks. */
export function createAnswerCounts(now: () => number, maxEntries = MAX_ENTRIES): AnswerCounts {
  const kept: Kept = { minutes: new Map(), entries: 0 };
  return {
    take({ instance, started_at, answers }) {
      for (const each of answers)
        if (isRecent(each.minute, now())) put(kept, `${instance} ${started_at.getTime()}`, each);
      shrink(kept, now(), maxEntries);
    },
    list: (since) =>
      [...kept.minutes]
        .filter(([minute]) => minute >= since.getTime() && minute >= now() - DAY_MS)
        .sort(([one], [other]) => one - other)
        .flatMap(([minute, entries]) => sum(minute, entries)),
  };
}

/** Returns whether a minute is kept. Without the upper limit, minutes of a clock far ahead would be kept for ever. */
const isRecent = (minute: Date, now: number): boolean =>
  minute.getTime() >= now - DAY_MS && minute.getTime() <= now + DAY_MS;

function put(kept: Kept, run: string, { minute, status, count }: Answers): void {
  const ms = Math.floor(minute.getTime() / MINUTE_MS) * MINUTE_MS;
  const entries = kept.minutes.get(ms) ?? new Map();
  kept.minutes.set(ms, entries);
  const key = `${run} ${status}`;
  const known = entries.get(key);
  if (!known) kept.entries += 1;
  // counts of a minute only grow, and a status that is read again after a rebalance may be older
  if (!known || known.count < count) entries.set(key, { status, count });
}

function shrink(kept: Kept, now: number, maxEntries: number): void {
  const { minutes } = kept;
  if (kept.entries > maxEntries) drop(kept, Math.min(...minutes.keys()));
  // statuses arrive roughly in order of time, so the first minutes are the oldest
  for (const minute of minutes.keys()) {
    if (minute >= now - DAY_MS) return;
    drop(kept, minute);
  }
}

function drop(kept: Kept, minute: number): void {
  kept.entries -= kept.minutes.get(minute)?.size ?? 0;
  kept.minutes.delete(minute);
}

function sum(minute: number, entries: Minute): Answers[] {
  const counts = new Map<number, number>();
  for (const { status, count } of entries.values()) counts.set(status, (counts.get(status) ?? 0) + count);
  return [...counts]
    .sort(([one], [other]) => one - other)
    .map(([status, count]) => ({ minute: new Date(minute), status, count }));
}
