import type { Refused } from "@teravoz/domain";

const later = (one: Date, other: Date): Date => new Date(Math.max(one.getTime(), other.getTime()));

type Named = Omit<Refused, "kind">;

/** The number of names that the page can show of each kind. */
const MAX_NAMES = 20;

/** Sums the refusals of all instances by name, the most frequent first. */
export function sumRefused(all: readonly Refused[], kind: Refused["kind"]): Named[] {
  const sums = new Map<string, Named>();
  for (const { name, count, last } of all.filter((each) => each.kind === kind)) {
    const known = sums.get(name) ?? { name, count: 0, last };
    sums.set(name, { name, count: known.count + count, last: later(known.last, last) });
  }
  return [...sums.values()].sort((one, other) => other.count - one.count).slice(0, MAX_NAMES);
}
