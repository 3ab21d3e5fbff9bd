/** How near a wait is to the promise: from three quarters of it on people look, past it they run. */
export type Urgency = "calm" | "near" | "over";

const NEAR = 0.75;

export const urgencyOf = (waitedMs: number, promisedMs: number): Urgency =>
  waitedMs > promisedMs ? "over" : waitedMs >= NEAR * promisedMs ? "near" : "calm";
