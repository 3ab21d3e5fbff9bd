/** A number from 0 (included) to 1 (excluded). */
export type Random = () => number;

/**
 * The same numbers for the same seed, on every machine: mulberry32, 32 bits of state. Good enough to make
 * calls look different from each other; nothing here is a secret.
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

/** A whole number from `low` to `high`, both included. */
export const drawWhole = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));

/** One of the items; throws where there is none. */
export function drawOne<T>(random: Random, items: readonly T[]): T {
  if (items.length === 0) throw new RangeError("nothing to draw from");
  return items[Math.floor(random() * items.length)] as T;
}
