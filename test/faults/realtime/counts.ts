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

/** What is promised, in the counts it is promised for. */
export const FULL: Counts = {
  away: { clients: 980, subscribers: 20, awayMs: 60_000 },
  // 500 a second leave two cores nothing for a thousand clients in the same machine
  kills: { clients: 950, subscribers: 50, kills: 20, rate: 200 },
  storm: { clients: 5_000, withinMs: 5_000, calls: 1_000, limit: 100 },
  stalled: { good: 930, subscribers: 20, stalled: 50, events: 20_000, rate: 500, percent: 0.99 },
};

/** The same with a tenth of the clients and fewer events, in a minute: the waits are those of the full counts, only MongoDB is back sooner. */
export const QUICK: Counts = {
  // longer than two queries, one after the other, wait for a primary (5 s each)
  away: { clients: 100, subscribers: 5, awayMs: 12_000 },
  // each instance once
  kills: { clients: 95, subscribers: 5, kills: 2, rate: 200 },
  storm: { clients: 500, withinMs: 1_000, calls: 300, limit: 100 },
  // in so short a time a single pause of a busy machine is more than its hundredth part
  stalled: { good: 90, subscribers: 5, stalled: 10, events: 1_200, rate: 200, percent: 0.9 },
};
