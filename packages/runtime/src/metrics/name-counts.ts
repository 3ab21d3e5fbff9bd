/** The number of times that a name was counted in the last hour, and the last time. */
export type NameCount = { name: string; count: number; last: Date };

export type NameCounts = {
  count(name: string): void;
  /** Returns the counts, the most frequent name first. */
  list(): NameCount[];
};

const MINUTE_MS = 60_000;
const MINUTES = 60;
/**
 * The maximum number of names, which fit into a table and a status. A further name replaces the one that was last
 * counted the longest time ago.
 */
const MAX_NAMES = 20;

type Kept = { minutes: Map<number, number>; last: number };

/** Creates counts of a bounded number of names over the last hour. `now` returns ms since the epoch. */
export function createNameCounts(now: () => number = Date.now): NameCounts {
  const names = new Map<string, Kept>();
  return {
    count(name) {
      const { minutes } = names.get(name) ?? { minutes: new Map<number, number>() };
      const minute = Math.floor(now() / MINUTE_MS);
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
      // the name that was counted last is last in the map
      names.delete(name);
      names.set(name, { minutes, last: now() });
      if (names.size > MAX_NAMES) names.delete(names.keys().next().value!);
      forget(minutes, minute);
    },
    list() {
      const minute = Math.floor(now() / MINUTE_MS);
      for (const [name, { minutes }] of names) {
        forget(minutes, minute);
        if (minutes.size === 0) names.delete(name);
      }
      return [...names]
        .map(([name, kept]) => describe(name, kept))
        .sort((one, other) => other.count - one.count);
    },
  };
}

function forget(minutes: Map<number, number>, current: number): void {
  for (const minute of minutes.keys()) if (minute <= current - MINUTES) minutes.delete(minute);
}

const describe = (name: string, { minutes, last }: Kept): NameCount => ({
  name,
  count: [...minutes.values()].reduce((sum, count) => sum + count, 0),
  last: new Date(last),
});
