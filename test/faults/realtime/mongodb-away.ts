import { setTimeout as sleep } from "node:timers/promises";
import { type ServiceHandle, startServices } from "@teravoz/stack";
import { eventually } from "../../support/eventually.ts";
import type { Gateway } from "../../support/services/gateway.ts";
import { startLoad } from "./load.ts";
import { openSwarm, type Swarm } from "./swarm.ts";

/** An outage of MongoDB, with its beginning and its end. `uri` is the address that it concerns. */
export type Outage = { uri: string; go(): Promise<void>; comeBack(): Promise<void> };

export type AwayFigures = {
  /** Time from MongoDB's first start to the readiness of a realtime that was started before it. */
  readyMs: number;
  /** Number of each answer to the clients' questions while MongoDB was unavailable, and the longest wait for one. */
  answers: Record<string, number>;
  answeredMs: number;
  unready: boolean;
  connectionsLost: number;
  /** Time from its return until every client was notified, and until every client showed what the store has. */
  notifiedMs: number;
  rightMs: number;
  exits: number;
};

/** Number of events during the outage: enough to change every list and view. */
const EVENTS = 100;
const RATE = 200;
/** Limit for the wait. The promise is 5 s. */
const GIVE_UP_MS = 60_000;

type Options = {
  outage: Outage;
  clients: number;
  subscribers: number;
  awayMs: number;
};

/**
 * Starts another realtime while MongoDB is unavailable, connects the clients, and takes MongoDB away again for
 * `awayMs`.
 */
export async function loseMongodb(gateway: Gateway, options: Options): Promise<AwayFigures> {
  const { outage } = options;
  const realtime = await startBeforeMongodb(gateway, outage);
  try {
    const readyMs = await untilReady(realtime, outage);
    await startLoad(gateway, RATE, EVENTS).stop();
    const counts = { listing: options.clients, subscribing: options.subscribers };
    const swarm = await openSwarm({ urls: [realtime.url], ...counts });
    try {
      const { pid } = realtime;
      const figures = await playOutage({ ...options, gateway, realtime, swarm });
      return { readyMs, ...figures, exits: realtime.pid === pid && (await isUp(realtime)) ? 0 : 1 };
    } finally {
      swarm.close();
    }
  } finally {
    await realtime.stop();
  }
}

async function startBeforeMongodb(gateway: Gateway, outage: Outage): Promise<ServiceHandle> {
  await outage.go();
  const mongodb = new URL(outage.uri);
  mongodb.pathname = gateway.db.databaseName;
  const addresses = {
    kafka: process.env.KAFKA_BROKERS!,
    registry: process.env.SCHEMA_REGISTRY_URL!,
    mongodb: mongodb.href,
  };
  const [handle] = await startServices({
    addresses,
    services: [{ name: "realtime-without-mongodb", kind: "realtime" }],
    dir: gateway.dir,
    env: { ...process.env, TOPIC_PREFIX: gateway.opened.prefix, NODE_ENV: "development" },
  });
  return handle!;
}

const statusOf = (handle: ServiceHandle, path: string) =>
  fetch(`${handle.url}${path}`).then(
    ({ status }) => status,
    () => 0,
  );
const isUp = async (handle: ServiceHandle) => (await statusOf(handle, "/livez")) === 200;

/** Expects realtime to be up and not ready, brings MongoDB back, and resolves with the ms until realtime is ready. */
async function untilReady(realtime: ServiceHandle, outage: Outage): Promise<number> {
  await eventually(async () => {
    if (!(await isUp(realtime))) throw new Error("realtime is not up without MongoDB");
  }, 20_000);
  if ((await statusOf(realtime, "/readyz")) !== 503) throw new Error("realtime is ready without MongoDB");
  await outage.comeBack();
  const began = performance.now();
  await realtime.ready();
  return performance.now() - began;
}

type Stage = { outage: Outage; awayMs: number; gateway: Gateway; realtime: ServiceHandle; swarm: Swarm };

async function playOutage({ outage, awayMs, gateway, realtime, swarm }: Stage) {
  const { listing } = swarm;
  const lost = () => listing.reduce((sum, { counts }) => sum + counts.closed, 0);
  const lostBefore = lost();
  await outage.go();
  const gone = performance.now();
  const load = startLoad(gateway, RATE, EVENTS);
  const answers: Record<string, number> = {};
  for (const how of await Promise.all(listing.map(({ ask }) => ask())))
    answers[how] = (answers[how] ?? 0) + 1;
  const answeredMs = performance.now() - gone;
  const unready = (await statusOf(realtime, "/readyz")) === 503;
  await sleep(Math.max(0, awayMs - (performance.now() - gone)));
  const before = listing.map(({ counts }) => counts.changed);
  await outage.comeBack();
  const back = performance.now();
  await eventually(() => {
    const unnotified = listing.filter(({ counts }, n) => counts.changed === before[n]).length;
    if (unnotified > 0) throw new Error(`${unnotified} clients were not notified of MongoDB's return`);
  }, GIVE_UP_MS);
  const notifiedMs = performance.now() - back;
  await load.stop();
  const sinceBack = performance.now() - back;
  const rightMs = sinceBack + (await swarm.untilRight(gateway.db, GIVE_UP_MS));
  return { answers, answeredMs, unready, connectionsLost: lost() - lostBefore, notifiedMs, rightMs };
}
