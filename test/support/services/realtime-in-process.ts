import type { Server } from "node:http";
import {
  type Applied,
  type CallQueries,
  type Change,
  createFold,
  type DeadLetters,
  type Erasure,
  type LoggedEvent,
  parseWebhook,
  Unavailable,
} from "@teravoz/domain";
import { createRealtime, type Realtime, type Redrive } from "@teravoz/realtime";
import {
  accountSettings,
  createHealth,
  createLog,
  createMetrics,
  foldRulesOf,
  listen,
  queueSettings,
  readConfig,
} from "@teravoz/runtime";
import { createMemoryDeadLetters, createMemoryStore } from "@teravoz/store";
import { keepForReading, watchFailures } from "../../runner/failures.ts";

/** The only topic of its log. */
const TOPIC = "teravoz.call-events";

type Options = {
  tokens?: string[];
  origins?: string[];
  /** If true, the service counts as one that listens on loopback only (default false). */
  isLocal?: boolean;
  /** False as in production. */
  isDevelopment?: boolean;
  joinsPerSecond?: number;
  /** QUEUES, ACCOUNT_TIME_ZONE, ACCOUNT_REGION and SENDER_TIME_ZONE, if they are not the default. */
  env?: NodeJS.ProcessEnv;
  clock?: NonNullable<Parameters<typeof createRealtime>[0]["clock"]>;
  /** Creates the parts that redriving needs, given the dead letters. */
  redriveOf?: (deadLetters: DeadLetters) => Redrive;
};

export type RealtimeInProcess = {
  url: string;
  server: Server;
  deadLetters: DeadLetters;
  /** The lines of its log so far. */
  lines: readonly string[];
  /** Origins of pages that were refused. */
  refusedOrigins: Realtime["refusedOrigins"];
  queries: number;
  /** If false, its own readiness check fails. */
  ready: boolean;
  /** If true, every query fails as with an unreachable database. */
  away: boolean;
  /** Stores bodies as the projector does, received now. Returns the changes for `notify`. */
  store(...bodies: string[]): Promise<Change[]>;
  /** Stores bodies received at that time. */
  storeAt(received: Date, ...bodies: string[]): Promise<Change[]>;
  /** Stores events unchanged and without a notice. */
  storeEvents(events: LoggedEvent[]): Promise<void>;
  /** Erases a call as the projector does. Returns the changes for `notify`. */
  erase(call_id: string): Promise<Change[]>;
  notify(changes: Change[]): void;
  gateway: Realtime["gateway"];
  resync(): void;
  /** Accepts statuses as from the topic. */
  hear: Realtime["system"]["heard"];
  /** Stores bodies, then notifies. */
  happen(...bodies: string[]): Promise<void>;
  metrics(): Promise<string>;
  stop(): Promise<void>;
};

/**
 * Starts the realtime service over the in-memory store on a free port. The test sends its notices. After a
 * failed test its log is kept.
 */
export async function startRealtime({
  tokens,
  origins,
  isLocal = false,
  isDevelopment = true,
  redriveOf,
  env = {},
  ...limits
}: Options = {}): Promise<RealtimeInProcess> {
  const hasFailed = watchFailures();
  const lines: string[] = [];
  const { QUEUES, ACCOUNT_TIME_ZONE, ...account } = readConfig({ ...accountSettings, ...queueSettings }, env);
  const deadLetters = createMemoryDeadLetters();
  const rules = foldRulesOf(account);
  const fold = createFold(rules);
  const store = createMemoryStore({ deadLetters, readOccurrence: fold.readOccurrence });
  const metrics = createMetrics();
  const health = createHealth();
  health.add("test", () => ({ ok: running.ready }));
  const redrive = redriveOf?.(deadLetters) ?? null;
  const realtime = createRealtime({
    queries: watch(store, () => running),
    system: {
      queries: store,
      readEnds: async () => log(),
      hears: () => true,
      installation: () => "",
      statusEveryMs: 10_000,
    },
    deadLetters,
    redrive,
    isDevelopment,
    account: { queues: QUEUES, zone: ACCOUNT_TIME_ZONE, ...rules },
    admission: { tokens: tokens ?? null, origins: origins ?? null, isLocal },
    ...limits,
    metricsTokens: null,
    health,
    metrics,
    log: createLog("realtime", "info", { write: (line) => void lines.push(line) }),
  });
  const port = await listen(realtime.server, "127.0.0.1", 0);
  let next = 0;
  const log = () => [{ topic: TOPIC, partition: 0, low: 0, high: next }];
  const apply = async (events: LoggedEvent[], erasures: Erasure[] = []) => {
    const expected = next === 0 ? null : next;
    next += events.length + erasures.length;
    const batch = { topic: TOPIC, partition: 0, expected, next, events, erasures };
    return changesOf(await store.apply(batch, fold));
  };
  const running: RealtimeInProcess = {
    url: `http://127.0.0.1:${port}`,
    server: realtime.server,
    deadLetters,
    lines,
    refusedOrigins: realtime.refusedOrigins,
    queries: 0,
    ready: true,
    away: false,
    store: (...bodies) => running.storeAt(new Date(), ...bodies),
    async storeAt(received, ...bodies) {
      return apply(bodies.map((body, index) => eventOf(body, received, next + index)));
    },
    async storeEvents(events) {
      const source = (index: number) => ({ topic: TOPIC, partition: 0, offset: next + index });
      await apply(events.map((event, index) => ({ ...event, source: source(index) })));
    },
    erase: (key) => apply([], [{ kind: "call", key, erased_at: new Date(), log_clean_by: new Date() }]),
    notify: (changes) => realtime.feed.notify(changes.map((change) => ({ change, stamped: Date.now() }))),
    gateway: realtime.gateway,
    resync: () => realtime.feed.resync(),
    hear: realtime.system.heard,
    happen: async (...bodies) => running.notify(await running.store(...bodies)),
    metrics: () => metrics.registry.metrics(),
    stop: async () => {
      await realtime.stop();
      if (hasFailed()) await keepForReading(null, { log: lines });
    },
  };
  return running;
}

function eventOf(body: string, received: Date, offset: number) {
  const parsed = parseWebhook(Buffer.from(body), received);
  if (parsed.outcome !== "accepted") throw new Error(`no event: ${body}`);
  return { ...parsed.event, source: { topic: TOPIC, partition: 0, offset } };
}

function changesOf(applied: Applied): Change[] {
  if (applied.fenced) throw new Error("fenced without another owner");
  return applied.changes;
}

function watch(queries: CallQueries, running: () => RealtimeInProcess): CallQueries {
  const ask = <A extends unknown[], R>(query: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      running().queries += 1;
      if (running().away) throw new Unavailable("away");
      return query(...args);
    };
  };
  return {
    listCalls: ask(queries.listCalls),
    listCallEvents: ask(queries.listCallEvents),
    findCalls: ask(queries.findCalls),
    listVersions: ask(queries.listVersions),
    erasureMark: ask(queries.erasureMark),
    listRecentCalls: ask(queries.listRecentCalls),
    listReturnableCalls: ask(queries.listReturnableCalls),
    listPresences: ask(queries.listPresences),
    listMovingCalls: ask(queries.listMovingCalls),
    listPastPresences: ask(queries.listPastPresences),
    listPresenceEvents: ask(queries.listPresenceEvents),
    countEvents: ask(queries.countEvents),
    listDeliveries: ask(queries.listDeliveries),
    findEvent: ask(queries.findEvent),
  };
}
