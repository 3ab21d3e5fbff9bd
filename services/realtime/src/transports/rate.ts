import type { Clock } from "../throttle.ts";

/**
 * New clients an instance takes in a second, and at once: a handshake and a first list cost some half a millisecond, so a storm
 * leaves time for those that are there. Twice what 5,000 boards that come back within 5 s need.
 */
export const JOINS_PER_SECOND = 2_000;

/** A token bucket: whether one more may come now. */
export function createRate(clock: Clock, perSecond = JOINS_PER_SECOND): () => boolean {
  let left = perSecond;
  let filledAt = clock.now();
  return () => {
    const now = clock.now();
    left = Math.min(perSecond, left + ((now - filledAt) / 1_000) * perSecond);
    filledAt = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
