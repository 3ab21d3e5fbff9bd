import { setTimeout as sleep } from "node:timers/promises";
import type { Db } from "mongodb";
import { eventually } from "../../support/eventually.ts";
import type { Gateway } from "../../support/services/gateway.ts";
import { createListingClient, type ListingClient } from "./listing-client.ts";
import { startLoad } from "./load.ts";
import { watchMemory } from "./memory.ts";

export type StormFigures = {
  /** Time from the first connect to the last list. */
  allListedMs: number;
  /** Connections that ended or were refused meanwhile. */
  lost: number;
  /** Queries for calls in MongoDB meanwhile. Nothing changed, so all of them are of one version. */
  queries: number;
  /** Resident memory of realtime, in bytes: before the storm, and the largest growth above that. */
  memory: { start: number; growth: number };
};

type Options = {
  clients: number;
  /** The clients connect evenly over this time. */
  withinMs: number;
  /** Number of calls in the store, and of calls in a list. */
  calls: number;
  limit: number;
};

const RATE = 1_000;
const EVENTS_A_CALL = 5;
const LIST_LIMIT_MS = 60_000;

/** Connects all clients to the first instance of realtime within a short time. Each client lists. */
export async function reconnectAll(gateway: Gateway, options: Options): Promise<StormFigures> {
  const [realtime] = gateway.realtime;
  const clients: ListingClient[] = [];
  try {
    await startLoad(gateway, RATE, options.calls * EVENTS_A_CALL).stop();
    await untilStored(gateway.db);
    const memory = watchMemory(realtime!.pid);
    await gateway.db.command({ profile: 2 });
    const began = performance.now();
    await connectAll(clients, realtime!.url, options);
    await untilListed(clients);
    const allListedMs = performance.now() - began;
    await gateway.db.command({ profile: 0 });
    const lost = clients.reduce((sum, { counts }) => sum + counts.closed, 0);
    return { allListedMs, lost, queries: await countQueries(gateway.db), memory: memory.stop() };
  } finally {
    for (const client of clients) client.close();
  }
}

async function connectAll(clients: ListingClient[], url: string, options: Options): Promise<void> {
  const began = performance.now();
  const pauses = { spreadMs: 1_000, reconnectMs: 1_000 };
  while (clients.length < options.clients) {
    const due = Math.ceil(((performance.now() - began) / options.withinMs) * options.clients);
    while (clients.length < Math.min(due, options.clients))
      clients.push(createListingClient({ urls: [url], limit: options.limit, ...pauses }));
    await sleep(5);
  }
}

const untilListed = (clients: readonly ListingClient[]) =>
  eventually(() => {
    const missing = clients.filter(({ list }) => list === null).length;
    if (missing > 0) throw new Error(`${missing} clients have no list`);
  }, LIST_LIMIT_MS);

/** Waits until all events are stored and the last notices are read, so that all later queries come from clients. */
async function untilStored(db: Db): Promise<void> {
  let before = -1;
  for (let now = 0; now !== before; now = await db.collection("events").countDocuments()) {
    before = now;
    await sleep(1_000);
  }
}

const countQueries = (db: Db): Promise<number> =>
  db.collection("system.profile").countDocuments({ op: "query", ns: `${db.databaseName}.calls` });
