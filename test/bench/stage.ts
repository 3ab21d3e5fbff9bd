import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kind, openStack, type ServiceHandle, startServices } from "@teravoz/stack";
import { openTopics, type TestTopics } from "../support/stack/kafka.ts";
import type { Say } from "./figures.ts";

export type Stage = {
  say: Say;
  /** Creates separate topics for one figure. */
  openTopics(): Promise<TestTopics>;
  /** Returns the URI of a database that does not exist yet. */
  newDatabase(): string;
  /** Starts services as in production but without tokens. Resolves at once: wait for each with `ready`. */
  start(kinds: readonly Kind[], on: { topics: TestTopics; mongodb: string }): Promise<ServiceHandle[]>;
  close(): Promise<void>;
};

/** Opens a separate stack on free ports in a temporary directory. `signal` aborts the opening. */
export async function openStage(say: Say, signal: AbortSignal): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), "teravoz-bench-"));
  const stack = await openStack({ dir, ports: "free", say, signal }).catch(async (error) => {
    await rm(dir, { recursive: true, force: true });
    throw error;
  });
  const { kafka, registry, mongodb } = stack.addresses;
  const env = { ...process.env, NODE_ENV: "production", AUTH: "off", HOST: "127.0.0.1" };
  const open: ServiceHandle[] = [];
  return {
    say,
    openTopics: () => openTopics({ KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry }),
    newDatabase: () => nameDatabase(mongodb, `bench_${randomBytes(4).toString("hex")}`),
    start: async (kinds, { topics, mongodb: database }) => {
      const services = kinds.map((kind) => ({ name: kind, kind }));
      const addresses = { kafka, registry, mongodb: database };
      const started = await startServices({
        addresses,
        services,
        dir,
        env: { ...env, TOPIC_PREFIX: topics.prefix },
      });
      open.push(...started);
      return started;
    },
    close: async () => {
      await Promise.all(open.map((handle) => handle.stop()));
      await stack.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function nameDatabase(uri: string, database: string): string {
  const url = new URL(uri);
  url.pathname = `/${database}`;
  return url.href;
}
