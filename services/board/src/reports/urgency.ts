/** The urgency of a wait: near from three quarters of the promise on, over after it. */
export type Urgency = "calm" | "near" | "over";

const NEAR = 0.75;

/**
 * Sorts by the wait as a share of the promise, the largest first. Queues without a wait come last. `now`
 * is the server's time.
 */
export const byUrgency =
  (now: number) =>
  (one: Promised, other: Promised): number =>
    shareOf(other, now) - shareOf(one, now) || other.waiting - one.waiting;

type Promised = { waiting: number; waiting_since: string | null; serviceLevelMs: number };

const shareOf = ({ waiting_since, serviceLevelMs }: Promised, now: number): number =>
  waiting_since ? (now - Date.parse(waiting_since)) / serviceLevelMs : 0;

export const urgencyOf = (waitedMs: number, promisedMs: number): Urgency =>
  waitedMs > promisedMs ? "over" : waitedMs >= NEAR * promisedMs ? "near" : "calm";
