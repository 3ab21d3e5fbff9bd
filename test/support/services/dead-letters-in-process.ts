import { addDeadLetterRoutes } from "@teravoz/dead-letters";
import { type DeadLetters, findParties, type parseWebhook, readOccurrence } from "@teravoz/domain";
import { storeDeadLetters } from "@teravoz/projector";
import { closeServer, createHealth, createHttpServer, listen } from "@teravoz/runtime";
import { createApp, createRouter } from "@teravoz/runtime/http";
import { createMongoDeadLetters, type MongoConnection, type MongoStore } from "@teravoz/store";
import type { TestTopics } from "../stack/kafka.ts";

type Options = {
  connection: MongoConnection;
  store: MongoStore;
  parse: typeof parseWebhook;
  /** Wraps the dead letters before they are used. */
  around?: (deadLetters: DeadLetters) => DeadLetters;
  tokens?: string[];
};

/**
 * Stores the dead letters of a test's topics and serves the admin API on a free port. Both end with the
 * topics.
 */
export async function openDeadLetters(
  opened: TestTopics,
  { connection, store, parse, tokens, ...options }: Options,
) {
  const { around = (deadLetters) => deadLetters } = options;
  const { client, codec, log, metrics, prefix, topics } = opened;
  const deadLetters = around(createMongoDeadLetters({ connection, log }));
  const publisher = opened.publisher();
  const crashes: unknown[] = [];
  const onCrash = (error: unknown) => void crashes.push(error);
  const start = (group = prefix) =>
    storeDeadLetters({
      client,
      deadLetters,
      store,
      topics,
      log,
      metrics,
      prefix: group,
      parties: findParties,
      readOccurrence,
      onCrash,
    });
  const storing = start();
  opened.closing(() => storing.stop());
  const router = createRouter();
  addDeadLetterRoutes(router, { deadLetters, codec, publisher, topics, parse, tokens: tokens ?? null, log });
  const app = createApp(router, { health: createHealth(), metrics, metricsTokens: null, log });
  const server = createHttpServer(app.callback());
  const url = `http://127.0.0.1:${await listen(server, "127.0.0.1", 0)}`;
  opened.closing(() => closeServer(server));
  return { url, deadLetters, publisher, storing, start, crashes, metrics };
}
