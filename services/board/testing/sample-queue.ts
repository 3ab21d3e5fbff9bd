import type { QueueRow, TrafficNumbers } from "@teravoz/protocol/client";

export const NO_TRAFFIC: TrafficNumbers = { placed: 0, connected: 0, dropped: 0, mean_talk_ms: null };

/** A queue without calls except for the given numbers. */
export const sampleQueue = (given: Partial<QueueRow> = {}): QueueRow => ({
  queue: null,
  name: null,
  serviceLevelMs: 20_000,
  shortAbandonMs: 5_000,
  waiting: 0,
  waiting_since: null,
  offered: 0,
  answered: 0,
  abandoned: 0,
  short: 0,
  overflowed: 0,
  service_level: null,
  mean_wait_ms: null,
  p90_wait_ms: null,
  mean_talk_ms: null,
  free: null,
  outbound: NO_TRAFFIC,
  internal: NO_TRAFFIC,
  ...given,
});
