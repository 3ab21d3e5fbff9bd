import type { Answers } from "@teravoz/domain";
import { Counter, type CounterConfiguration } from "prom-client";

/** The maximum number of unreported minutes that are kept: one hour in which no report could be sent. */
const MAX_MINUTES = 60;
const MINUTE_MS = 60_000;

export type AnswerCounter = {
  /** Counts an answer with this status. It runs for every request, and costs two additions. */
  count(status: number): void;
  /** Returns the counts of the kept minutes, each with all its answers so far. */
  unreported(): Answers[];
  /** Removes the minutes before that of `at`. They were reported and cannot change any more. */
  reported(at: Date): void;
};

type Counts = Map<number, number>;

/** Creates a counter of answers by status, in total and per minute. `now` returns ms since the epoch. */
export function createAnswerCounter(
  configuration: Omit<CounterConfiguration<"status">, "collect" | "labelNames">,
  now: () => number = Date.now,
): AnswerCounter {
  const totals: Counts = new Map();
  const minutes = new Map<number, Counts>();
  let current = { minute: Number.NaN, counts: totals };
  new Counter({
    ...configuration,
    labelNames: ["status"],
    collect() {
      this.reset();
      for (const [status, count] of totals) this.inc({ status }, count);
    },
  });
  return {
    count(status) {
      const ms = now();
      const minute = ms - (ms % MINUTE_MS);
      if (minute !== current.minute) current = { minute, counts: openMinute(minutes, minute) };
      add(totals, status);
      add(current.counts, status);
    },
    unreported: () =>
      [...minutes].flatMap(([minute, counts]) =>
        [...counts].map(([status, count]) => ({ minute: new Date(minute), status, count })),
      ),
    reported(at) {
      for (const minute of minutes.keys()) if (minute + MINUTE_MS <= at.getTime()) minutes.delete(minute);
    },
  };
}

const add = (counts: Counts, status: number) => void counts.set(status, (counts.get(status) ?? 0) + 1);

/** Returns the counts of a minute. If the clock was set back, an existing minute is continued. */
function openMinute(minutes: Map<number, Counts>, minute: number): Counts {
  const counts = minutes.get(minute) ?? new Map();
  minutes.set(minute, counts);
  if (minutes.size > MAX_MINUTES) minutes.delete(Math.min(...minutes.keys()));
  return counts;
}
