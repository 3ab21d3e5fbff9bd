import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStack, type Stack } from "@teravoz/stack";
import { timedStart } from "./starts.ts";

export type OwnStack = { stack: Stack; dir: string; close(): Promise<void> };

/**
 * Parts that nobody else uses: they may be killed, and driven hard. Until `close` they are what this process's environment names, and
 * so what is started from it goes by.
 */
export async function openOwnStack(more: NodeJS.ProcessEnv = {}): Promise<OwnStack> {
  const before = { ...process.env };
  const dir = await mkdtemp(join(tmpdir(), "teravoz-own-"));
  const nobodys = { KAFKA_BROKERS: "", SCHEMA_REGISTRY_URL: "", MONGODB_URI: "" };
  const env = { ...before, ...nobodys, ...more };
  const stack = await timedStart("stack", () => openStack({ dir, ports: "free", env, say: () => {} }));
  const { kafka, registry, mongodb } = stack.addresses;
  Object.assign(process.env, { KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry, MONGODB_URI: mongodb });
  return {
    stack,
    dir,
    close: async () => {
      Object.assign(process.env, before);
      await stack.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
