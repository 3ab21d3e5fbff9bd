import type { killInstances } from "./instance-kills.ts";
import type { loseMongodb } from "./mongodb-away.ts";
import type { reconnectAll } from "./reconnect-storm.ts";
import type { stallClients } from "./stalled-clients.ts";

export type Counts = {
  away: Omit<Parameters<typeof loseMongodb>[1], "outage">;
  kills: Parameters<typeof killInstances>[1];
  storm: Parameters<typeof reconnectAll>[1];
  stalled: Parameters<typeof stallClients>[1];
};

/** The counts for which the figures are promised. */
export const FULL: Counts = {
  away: { clients: 980, subscribers: 20, awayMs: 60_000 },
  // 500 events a second would leave two cores no time for a thousand clients on the same machine
  kills: { clients: 950, subscribers: 50, kills: 20, rate: 200 },
  storm: { clients: 5_000, withinMs: 5_000, calls: 1_000, limit: 100 },
  stalled: { good: 930, subscribers: 20, stalled: 50, events: 20_000, rate: 500, percent: 0.99 },
};

/**
 * Counts for a run of a minute: a tenth of the clients and fewer events. The waits are those of the full counts, but
 * MongoDB is back sooner.
 */
export const QUICK: Counts = {
  // longer than two queries in a row wait for a primary (5 s each)
  away: { clients: 100, subscribers: 5, awayMs: 12_000 },
  // kills each instance once
  kills: { clients: 95, subscribers: 5, kills: 2, rate: 200 },
  storm: { clients: 500, withinMs: 1_000, calls: 300, limit: 100 },
  // the 90th percentile, because one pause of a busy machine is longer than a hundredth of so short a run
  stalled: { good: 90, subscribers: 5, stalled: 10, events: 1_200, rate: 200, percent: 0.9 },
};
