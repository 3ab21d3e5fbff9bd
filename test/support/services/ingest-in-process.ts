import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import { type Event, readOccurrence } from "@teravoz/domain";
import { createWebhookRouter, type IngestPorts } from "@teravoz/ingest";
import { createHealth, createHttpServer, createLog, createMetrics, listen } from "@teravoz/runtime";
import { createApp } from "@teravoz/runtime/http";

type Options = { tokens?: string[]; metricsTokens?: string[]; maxOpen?: number };
export type Refused = Parameters<IngestPorts["park"]>[0];

export type IngestInProcess = Awaited<ReturnType<typeof startIngest>>;

/** Starts the ingest service on a free port. It keeps the events that it would publish in memory. */
export async function startIngest({ tokens, metricsTokens, maxOpen = 10_000 }: Options = {}) {
  const published: Event[] = [];
  const parked: Refused[] = [];
  const logged: string[] = [];
  /** Runs before `publish` and `park` keep their argument. */
  const broker = { take: async (): Promise<void> => {} };
  const health = createHealth();
  const metrics = createMetrics();
  const log = createLog("ingest", "trace", { write: (line) => void logged.push(line) });
  const router = createWebhookRouter({
    publish: async (event) => {
      await broker.take();
      published.push(event);
    },
    park: async (refused) => {
      await broker.take();
      parked.push(refused);
    },
    now: () => new Date(),
    newDeliveryId: () => randomBytes(9).toString("base64url"),
    readOccurrence,
    metrics,
    tokens: tokens ?? null,
  });
  const app = createApp(router, { health, metrics, metricsTokens: metricsTokens ?? null, log });
  const server = createHttpServer(app.callback(), { maxOpen });
  const port = await listen(server, "127.0.0.1", 0);
  return { port, server, published, parked, logged, broker, health, metrics, stop: () => stop(server) };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
