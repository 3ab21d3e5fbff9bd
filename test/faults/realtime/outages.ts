import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStack, type Stack } from "@teravoz/stack";
import { openProxy } from "../../support/tcp-proxy.ts";
import type { Outage } from "./mongodb-away.ts";

/** The way to MongoDB is cut, for those who go by the outage's uri. */
export async function openCut(mongodb: string): Promise<Outage & { close(): Promise<void> }> {
  const uri = new URL(mongodb);
  const proxy = await openProxy({ host: uri.hostname, port: Number(uri.port) });
  uri.port = `${proxy.port}`;
  return {
    uri: uri.href,
    go: async () => proxy.cut(),
    comeBack: async () => proxy.heal(),
    close: () => proxy.close(),
  };
}

/** MongoDB itself is killed, for all. */
export const killed = (stack: Stack): Outage => ({
  uri: stack.addresses.mongodb,
  go: () => stack.kill("mongodb"),
  comeBack: () => stack.start("mongodb"),
});

/** MongoDB holds its connections and answers nothing. */
export const paused = (stack: Stack): Outage => ({
  uri: stack.addresses.mongodb,
  go: () => stack.pause("mongodb"),
  comeBack: () => stack.resume("mongodb"),
});

/** Runs something on parts that nobody else uses; until it ends they are what this process's environment names. */
export async function withOwnParts(run: (stack: Stack) => Promise<void>): Promise<void> {
  const before = { ...process.env };
  const dir = await mkdtemp(join(tmpdir(), "teravoz-outage-"));
  const env = { ...before, STACK: "local", KAFKA_BROKERS: "", SCHEMA_REGISTRY_URL: "", MONGODB_URI: "" };
  const stack = await openStack({ dir, ports: "free", env, say: () => {} });
  const { kafka, registry, mongodb } = stack.addresses;
  Object.assign(process.env, { KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry, MONGODB_URI: mongodb });
  try {
    await run(stack);
  } finally {
    Object.assign(process.env, before);
    await stack.stop();
    await rm(dir, { recursive: true, force: true });
  }
}
