/** Returns a number from 0 (included) to 1 (excluded). */
export type Random = () => number;

/**
 * Creates a source that returns the same numbers for the same seed on every machine: mulberry32, 32 bits of state. It
 * is good enough to make calls look different; nothing here is a secret.
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns a whole number from `low` to `high`, both included. */
export const drawWhole = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));

/** Returns one of the items. Throws if there is none. */
export function drawOne<T>(random: Random, items: readonly T[]): T {
  if (items.length === 0) throw new RangeError("cannot draw from an empty list");
  return items[Math.floor(random() * items.length)] as T;
}
