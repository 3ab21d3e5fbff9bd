import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import type { CallQueries } from "@teravoz/domain";
import {
  closeServer,
  createApp,
  createHttpServer,
  createRouter,
  type Health,
  type Log,
  type Metrics,
} from "@teravoz/runtime";
import { createAnswers } from "./answers.ts";
import { createFeed, type Feed } from "./feed.ts";
import { createGateway } from "./gateway.ts";
import { addPage } from "./page.ts";
import { createSubscriptions } from "./subscriptions.ts";
import { type Clock, systemClock } from "./throttle.ts";
import type { Admission } from "./transports/admission.ts";
import { servePlainWebSocket } from "./transports/plain-websocket.ts";
import { serveSocketIo } from "./transports/socket-io.ts";

/** Where the build of web/ ends up. */
const PAGE = fileURLToPath(new URL("../dist", import.meta.url));

export type Realtime = {
  /** Not yet listening. */
  server: Server;
  /** Takes what changed. */
  feed: Pick<Feed, "tell" | "doubt">;
  /** Ends every socket and the server. */
  stop(): Promise<void>;
};

/** The whole service but for where its calls and its notices come from. */
export function createRealtime(deps: {
  queries: CallQueries;
  admission: Admission;
  metricsTokens: readonly string[] | null;
  health: Health;
  metrics: Metrics;
  log: Log;
  clock?: Clock;
  /** The directory of the built page. */
  page?: string;
}): Realtime {
  const { queries, metrics, log, clock = systemClock } = deps;
  const subscriptions = createSubscriptions(clock);
  const answer = createAnswers({ queries, log, clock, onUnavailable: () => feed.doubt() });
  const gateway = createGateway({ answer, subscriptions, log, metrics, clock });
  const changed = () => gateway.changed();
  const feed = createFeed({ queries, subscriptions, changed, log, metrics, now: Date.now });
  const router = createRouter();
  addPage(router, deps.page ?? PAGE);
  const server = createHttpServer(createApp(router, deps).callback());
  const transports = [
    serveSocketIo(server, gateway, deps.admission),
    servePlainWebSocket(server, gateway, deps.admission),
  ];
  const stop = async () => {
    feed.stop();
    subscriptions.stop();
    const closed = server.listening ? closeServer(server) : undefined;
    gateway.stop();
    for (const transport of transports) transport.stop();
    await closed;
  };
  return { server, feed, stop };
}
