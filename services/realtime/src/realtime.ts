import type { Server } from "node:http";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import {
  type CallQueries,
  createFold,
  createReadTelephone,
  type DeadLetterAdmin,
  type FoldRules,
  Unavailable,
} from "@teravoz/domain";
import {
  closeServer,
  createHttpServer,
  type Health,
  type Log,
  type Metrics,
  type NameCount,
} from "@teravoz/runtime";
import { createApp, createRouter } from "@teravoz/runtime/http";
import { countReport, createAnswers } from "./commands/answers.ts";
import { STALL_MS } from "./commands/connection.ts";
import { type Clock, openSystemClock } from "./commands/throttle.ts";
import { createFeed, type Feed } from "./feed/feed.ts";
import { createSubscriptions } from "./feed/subscriptions.ts";
import { createGateway, type Gateway } from "./gateway.ts";
import { addPage } from "./page.ts";
import { addRedrive, type Redrive } from "./redrive.ts";
import { createBoard } from "./reports/board.ts";
import { createDay } from "./reports/day.ts";
import { createDeliveries } from "./reports/deliveries.ts";
import { createPastBoard } from "./reports/past.ts";
import { createReportSubscriptions } from "./reports/report-subscriptions.ts";
import type { Account } from "./reports/reports.ts";
import { addStats, createCountStats } from "./reports/stats.ts";
import { createSystem, type System, type SystemDeps } from "./system/system.ts";
import { type Admission, createOriginCheck } from "./transports/admission.ts";
import { servePlainWebSocket } from "./transports/plain-websocket.ts";
import { createRate } from "./transports/rate.ts";
import { createRefusedOrigins } from "./transports/refused-origins.ts";
import { serveSocketIo } from "./transports/socket-io.ts";

/** The page that services/board builds. */
const PAGE = fileURLToPath(new URL("../../board/dist", import.meta.url));

/**
 * The maximum number of open connections. Each takes some 50 KB with its waiting messages: half a gigabyte in all. More
 * clients need another instance.
 */
const MAX_OPEN = 10_000;

/** The time to answer requests after a stop began; then the open connections are cut. */
const LAST_ANSWERS_MS = 2_000;

export type Realtime = {
  /** The HTTP server, not yet listening. */
  server: Server;
  /** The feed, which takes the changes. */
  feed: Feed;
  /** The gateway, which takes the state of the boards: stale or fresh. */
  gateway: Pick<Gateway, "stale" | "fresh" | "closeGradually">;
  /** The system, which takes the status messages of all instances. */
  system: Pick<System, "heard">;
  /** Returns the origins of pages that were refused in the last hour. */
  refusedOrigins(): NameCount[];
  /** Ends every socket and the server. */
  stop(): Promise<void>;
};

/** Creates the whole service except the sources of its calls, of its notices and of the state of other parts. */
export function createRealtime(deps: {
  queries: CallQueries;
  system: Pick<SystemDeps, "queries" | "readEnds" | "hears" | "installation" | "statusEveryMs">;
  deadLetters: Pick<DeadLetterAdmin, "find">;
  /** Null if this service cannot redrive dead letters. */
  redrive: Redrive | null;
  account: Account & FoldRules;
  admission: Admission;
  metricsTokens: readonly string[] | null;
  health: Health;
  metrics: Metrics;
  log: Log;
  clock?: Clock;
  /** True outside production: the page then shows the simulator to developers. */
  isDevelopment: boolean;
  /** The directory of the built page. */
  page?: string;
  joinsPerSecond?: number;
}): Realtime {
  const systemClock = openSystemClock();
  const { queries, deadLetters, metrics, log, clock = systemClock } = deps;
  const subscriptions = createSubscriptions(clock, () => feed.resync());
  const day = createDay({ queries, now: Date.now });
  const system = createSystem({ ...deps.system, log, clock, now: Date.now });
  const past = createPastBoard({ queries, fold: createFold(deps.account), now: Date.now });
  const board = createBoard({ queries, day, past, account: deps.account, now: Date.now });
  const deliveries = createDeliveries({
    queries,
    deadLetters,
    redrive: deps.redrive !== null,
    now: Date.now,
  });
  const onUnavailable = () => feed.resync();
  const countStats = createCountStats({ queries, day, now: Date.now });
  const answer = createAnswers({
    queries,
    board,
    countStats,
    deliveries,
    system,
    log,
    clock,
    onUnavailable,
  });
  const reports = createReportSubscriptions({
    count: (subject) => countReport(board, subject),
    onFailure: (error) => {
      if (error instanceof Unavailable) onUnavailable();
      else log.error({ err: error }, "counting a report failed");
    },
    clock,
  });
  const account = {
    queues: deps.account.queues.named,
    readTelephone: createReadTelephone(deps.account.region),
  };
  const gateway = createGateway({ answer, subscriptions, reports, log, metrics, clock, account });
  const changed = () => {
    gateway.changed();
    reports.changed();
  };
  const feed = createFeed({ queries, subscriptions, day, past, changed, log, metrics, now: Date.now });
  const router = createRouter();
  const answerUnknown = addPage(router, deps.page ?? PAGE, deps.isDevelopment);
  addStats(router, { count: countStats, tokens: deps.admission.tokens, clock });
  const refusedOrigins = createRefusedOrigins({ log, metrics, now: Date.now });
  // other pages of this machine may read the board, but not redrive
  const ownPages = createOriginCheck({ ...deps.admission, isLocal: false }, refusedOrigins.note);
  if (deps.redrive) addRedrive(router, { ...deps.redrive, log }, ownPages);
  const server = createHttpServer(createApp(router, deps, answerUnknown).callback(), { maxOpen: MAX_OPEN });
  // an answer to a poll must make progress like any other answer
  server.setTimeout(STALL_MS);
  const cutOff = watchOpen(server);
  const admits = createOriginCheck(deps.admission, refusedOrigins.note);
  const isReady = async () => (await deps.health.report()).status === "ok";
  const doors = { ...deps.admission, admits, isReady, mayCome: createRate(clock, deps.joinsPerSecond) };
  const transports = [
    serveSocketIo(server, gateway, doors),
    servePlainWebSocket(server, gateway, doors, clock),
  ];
  const stop = async () => {
    feed.stop();
    subscriptions.stop();
    reports.stop();
    const closed = server.listening ? closeServer(server) : undefined;
    gateway.stop();
    for (const transport of transports) transport.stop();
    const late = setTimeout(cutOff, LAST_ANSWERS_MS);
    await closed;
    clearTimeout(late);
    systemClock.stop();
  };
  return { server, feed, gateway, system, refusedOrigins: refusedOrigins.list, stop };
}

/** Tracks the open connections, upgraded or not. Returns a function that ends all of them. */
function watchOpen(server: Server): () => void {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return () => {
    for (const socket of open) socket.destroy();
  };
}
