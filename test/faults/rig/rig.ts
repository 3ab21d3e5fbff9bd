import { randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Kind, Stack } from "@teravoz/stack";
import { type Db, MongoClient } from "mongodb";
import { openTopics, type TestTopics } from "../../support/stack/kafka.ts";
import type { Evidence } from "../checker/evidence.ts";
import { createHistory, type History } from "../checker/history.ts";
import type { FaultyCluster } from "../cluster/cluster.ts";
import { directLinks, type Links, openLinks } from "./links.ts";
import { type Processes, startProcesses } from "./processes.ts";
import { type Sampler, startSampler } from "./sampler.ts";
import { createTraffic } from "./traffic.ts";
import { createVendor, type Vendor } from "./vendor.ts";
import { openWatcher, type Watcher } from "./watchers.ts";

/** A gateway under test, with everything that acts on it or watches it. */
export type Rig = {
  stack: Stack;
  /** The nodes behind the stack, if it is a cluster. */
  cluster: FaultyCluster | null;
  opened: TestTopics;
  db: Db;
  dir: string;
  links: Links;
  processes: Processes;
  history: History;
  vendor: Vendor;
  /** The vendor's token, if the ingests require one. */
  token: string | undefined;
  watchers: Watcher[];
  sampler: Sampler;
  /** Erased keys, each with the number of the first sample after its erasure. */
  erased: Map<string, number>;
  /** Values of records that can never become events, put into the topics by the run. */
  poison: Buffer[];
  /** The spans in which something was struck or not yet ready again. */
  struckAt: Evidence["struckAt"];
  /** Everything that did not recover in time, in words. */
  unrecovered: string[];
  /** Writes what the nemesis does into the run's folder. */
  note(what: string): void;
  close(): Promise<void>;
};

export type RigOptions = {
  stack: Stack;
  cluster?: FaultyCluster | undefined;
  /** The folder for the logs and the journal, and for the evidence of a red run. */
  dir: string;
  seed: number;
  counts?: Partial<Record<Kind, number>>;
  mains?: Partial<Record<Kind, string>>;
  /** Settings of the services, given the run's folder. */
  env?: (dir: string) => NodeJS.ProcessEnv;
  sampleEveryMs?: number;
  /** `production`: the session of a deployment, not the tests' shorter one (default: `short`). */
  timings?: "production" | "short";
  /** The vendor's token, if the ingests require one. */
  token?: string;
  /** Some of the vendor's stamps are up to a day off. */
  skewed?: boolean;
};

const TWO_OF_EACH: Record<Kind, number> = { ingest: 2, projector: 2, realtime: 2 };
const READY_MS = 90_000;
/** A cluster has three copies of each partition. */
const COPIES = 3;
/** The session of the tests, as in `sessionEnv` of the shared stack. */
const SHORT_SESSION_MS = "4000";

/**
 * Starts services on separate topics and a separate database, waits until all are ready, and opens the clients. No
 * traffic yet.
 */
export async function openRig(options: RigOptions): Promise<Rig> {
  const { stack, cluster = null, dir, seed, mains = {}, sampleEveryMs = 1_000 } = options;
  mkdirSync(dir, { recursive: true });
  const counts = { ...TWO_OF_EACH, ...options.counts };
  const { kafka, registry } = stack.addresses;
  const brokers = { KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry };
  const opened = await openTopics(brokers, cluster ? COPIES : 1);
  const mongodb = databaseAt(stack.addresses.mongodb, `faults_${randomBytes(4).toString("hex")}`);
  const addresses = { kafka, registry, mongodb };
  // on a cluster each node has the proxies
  const links = cluster ? directLinks(addresses) : await openLinks(addresses, counts);
  const settings = {
    ...process.env,
    TOPIC_PREFIX: opened.prefix,
    NODE_ENV: "development",
    KAFKA_SESSION_TIMEOUT_MS: options.timings === "production" ? "" : SHORT_SESSION_MS,
    ...options.env?.(dir),
  };
  const processes = await startProcesses({ dir, links, counts, mains, env: settings });
  await Promise.all(processes.handles.map((handle) => handle.ready(READY_MS))).catch(async (error) => {
    await processes.stop();
    await links.close();
    throw error;
  });
  const client = await new MongoClient(mongodb, {
    serverSelectionTimeoutMS: 2_000,
    socketTimeoutMS: 20_000,
    // a sample must not count a write that a failover rolls back
    ...(cluster ? { readConcern: { level: "majority" } } : {}),
  }).connect();
  const db = client.db();
  const history = createHistory();
  const urls = processes.of("ingest").map(({ url }) => url);
  const traffic = createTraffic(seed, options);
  const vendor = createVendor({ history, traffic, urls, seed, token: options.token });
  const watchers = openWatchers(processes, seed);
  const sampler = startSampler({ opened, db, everyMs: sampleEveryMs });
  const stopWatching = cluster?.watchEnds((name, how) => processes.ends.push({ name, how }));
  return {
    stack,
    cluster,
    opened,
    db,
    dir,
    links,
    processes,
    history,
    vendor,
    watchers,
    sampler,
    token: options.token,
    erased: new Map(),
    poison: [],
    struckAt: [],
    unrecovered: [],
    note: (what) => appendFileSync(join(dir, "journal.log"), `${new Date().toISOString()} ${what}\n`),
    close: async () => {
      stopWatching?.();
      for (const watcher of watchers) watcher.close();
      await vendor.stop();
      await sampler.stop();
      await processes.stop();
      await links.close();
      await db.dropDatabase().catch(() => {});
      await client.close();
      await opened.close().catch(() => {});
    },
  };
}

export const forgetRun = (dir: string) => rm(dir, { recursive: true, force: true });

/** Returns a URI with another database. It may name several servers, which `URL` cannot read. */
const databaseAt = (uri: string, database: string): string =>
  uri.replace(/(?<=:\/\/[^/]+)\/[^?]*/, `/${database}`);

/** Opens four clients: on each transport one that lists and one that subscribes. */
function openWatchers(processes: Processes, seed: number): Watcher[] {
  const urls = processes.of("realtime").map(({ url }) => url);
  if (urls.length === 0) return [];
  return [
    openWatcher({ name: "lister on WebSocket", transport: "websocket", subscribes: false, urls, seed }),
    openWatcher({
      name: "lister on socket.io",
      transport: "socket.io",
      subscribes: false,
      urls,
      seed: seed + 1,
    }),
    openWatcher({
      name: "subscriber on WebSocket",
      transport: "websocket",
      subscribes: true,
      urls,
      seed: seed + 2,
    }),
    openWatcher({
      name: "subscriber on socket.io",
      transport: "socket.io",
      subscribes: true,
      urls,
      seed: seed + 3,
    }),
  ];
}
