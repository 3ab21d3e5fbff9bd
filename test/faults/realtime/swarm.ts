import { setTimeout as sleep } from "node:timers/promises";
import type { Call } from "@teravoz/domain";
import type { Db } from "mongodb";
import { eventually } from "../../support/eventually.ts";
import { createListingClient, type ListingClient } from "./listing-client.ts";
import { createSubscribingClient, describeVersion, type SubscribingClient } from "./subscribing-client.ts";

export type Swarm = {
  listing: readonly ListingClient[];
  subscribing: readonly SubscribingClient[];
  /** Counts the clients that show something other than the database, which must be at rest. */
  countStale(db: Db): Promise<number>;
  /** Resolves with the ms until no client is stale. Rejects after the limit. */
  untilRight(db: Db, limitMs: number): Promise<number>;
  close(): void;
};

/** A board shows the newest hundred calls. A list has 60 KB, so that parsing does not dominate a thousand clients. */
const LISTED = 100;
/** A notified board lists at most once in a second or two. */
const SPREAD_MS = 1_000;
const RECONNECT_MS = 2_000;
const VIEW = "WAITING";
/** Number of clients opened together: fewer than a listener's backlog, and few enough for the test's own event loop. */
const AT_ONCE = 100;

/** Opens clients in this process, spread over the addresses. Resolves when all are connected and have listed once. */
export async function openSwarm(options: {
  urls: readonly string[];
  listing: number;
  subscribing: number;
  limit?: number;
}): Promise<Swarm> {
  const { urls, limit = LISTED } = options;
  const listing: ListingClient[] = [];
  const subscribing: SubscribingClient[] = [];
  const from = (n: number) => [...urls.slice(n % urls.length), ...urls.slice(0, n % urls.length)];
  for (let n = 0; n < options.listing; n++) {
    const pauses = { spreadMs: SPREAD_MS, reconnectMs: RECONNECT_MS };
    listing.push(createListingClient({ urls: from(n), limit, ...pauses }));
    if (n % AT_ONCE === AT_ONCE - 1) await untilListed(listing);
  }
  for (let n = 0; n < options.subscribing; n++)
    subscribing.push(createSubscribingClient({ url: from(n)[0]!, state: VIEW }));
  await untilListed(listing);
  await untilConnected(subscribing);
  const close = () => [...listing, ...subscribing].forEach((client) => void client.close());
  const countStale = (db: Db) => countWrong({ listing, subscribing }, db, limit);
  return {
    listing,
    subscribing,
    countStale,
    untilRight: (...until) => untilNoneStale(countStale, ...until),
    close,
  };
}

async function untilNoneStale(countStale: Swarm["countStale"], db: Db, limitMs: number): Promise<number> {
  const began = performance.now();
  for (;;) {
    const stale = await countStale(db);
    const ms = performance.now() - began;
    if (stale === 0) return ms;
    if (ms > limitMs) throw new Error(`${stale} clients are stale after ${Math.round(ms)} ms`);
    await sleep(100);
  }
}

const untilListed = (clients: readonly ListingClient[]) =>
  eventually(() => {
    const missing = clients.filter(({ list }) => list === null).length;
    if (missing > 0) throw new Error(`${missing} clients have no list`);
  }, 60_000);

const untilConnected = (clients: readonly SubscribingClient[]) =>
  eventually(() => {
    const missing = clients.filter(({ connected }) => !connected).length;
    if (missing > 0) throw new Error(`${missing} subscribers are not connected`);
  }, 60_000);

async function countWrong(
  { listing, subscribing }: Pick<Swarm, "listing" | "subscribing">,
  db: Db,
  limit: number,
): Promise<number> {
  const list = await readList(db, limit);
  const view = (await readView(db)).join();
  const wrongLists = listing.filter((client) => !client.connected || !startsWith(client.list, list));
  const wrongViews = subscribing.filter((client) => !client.connected || client.shown().join() !== view);
  return wrongLists.length + wrongViews.length;
}

const startsWith = (list: Buffer | null, text: Buffer) =>
  list?.subarray(0, text.length).equals(text) ?? false;

/** Returns the text of the answer to a ListCalls, up to the cursor of its next page. */
async function readList(db: Db, limit: number): Promise<Buffer> {
  const calls = db.collection("calls").find({}, { projection: { _id: 0, overgrown: 0 } });
  const newest = await calls.sort({ id: -1 }).limit(limit).toArray();
  // a call is sent with its visits under both names, after its other fields
  const sent = newest.map(({ legs: visits, ...call }) => ({ ...call, visits, legs: visits }));
  return Buffer.from(`{"data":${JSON.stringify(sent)},"event":"ListCalls","status":"Ok"`);
}

const readView = async (db: Db): Promise<string[]> =>
  (await db.collection<Call>("calls").find({ state: VIEW }).toArray()).map(describeVersion).sort();
