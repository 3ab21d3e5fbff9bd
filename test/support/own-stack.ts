import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStack, type Stack } from "@teravoz/stack";
import { keepForReading, watchFailures } from "./failures.ts";
import { timedStart } from "./starts.ts";

export type OwnStack = { stack: Stack; dir: string; close(): Promise<void> };

/**
 * Opens parts that no other suite uses: they may be killed, and driven hard. Until `close` the environment of this process names
 * them, for what is started from it. After a failed test the logs of the parts are kept.
 */
export async function openOwnStack(more: NodeJS.ProcessEnv = {}): Promise<OwnStack> {
  const hasFailed = watchFailures();
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
      if (hasFailed()) await keepForReading(join(dir, "logs"), { addresses: stack.addresses });
      await rm(dir, { recursive: true, force: true });
    },
  };
}
