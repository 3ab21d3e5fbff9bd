import type { Clock } from "../commands/throttle.ts";

/**
 * The maximum number of new clients in a second, even in a single burst. A handshake and a first list cost some half a
 * millisecond, so a storm leaves time for connected clients. It is twice the need of 5,000 boards that reconnect within
 * 5 s.
 */
export const JOINS_PER_SECOND = 2_000;

/** Creates a token bucket. The returned function says whether one more client may connect now. */
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
