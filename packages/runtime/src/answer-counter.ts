import type { Answers } from "@teravoz/domain";
import { Counter, type CounterConfiguration } from "prom-client";

/** The number of minutes that are kept until they are reported: an hour in which no report could be sent. */
const MAX_MINUTES = 60;
const MINUTE_MS = 60_000;

export type AnswerCounter = {
  /** One more answer with this status. Stands on the way of every request: two additions. */
  count(status: number): void;
  /** The minutes kept, each with all its answers so far. */
  unreported(): Answers[];
  /** All before the minute of `at` was reported: it cannot change any more. */
  reported(at: Date): void;
};

type Counts = Map<number, number>;

/** A counter of answers by status, also by the minute they were given in. `now` in ms. */
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

/** A clock that was set back counts on in the minute that was. */
function openMinute(minutes: Map<number, Counts>, minute: number): Counts {
  const counts = minutes.get(minute) ?? new Map();
  minutes.set(minute, counts);
  if (minutes.size > MAX_MINUTES) minutes.delete(Math.min(...minutes.keys()));
  return counts;
}
