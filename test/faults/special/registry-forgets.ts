import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { registerSchemas } from "@teravoz/kafka";
import { openStack, type Stack } from "@teravoz/stack";
import type { Campaign } from "../campaigns/campaign.ts";
import type { Fault } from "../nemesis/fault.ts";

/** Number of foreign schemas: at least as many as we have. */
const OTHERS = 20;
const UNREAD_MS = 2_000;

/**
 * Kills the registry while records wait to be read. When it is back, foreign schemas are registered before ours: the
 * ids in the records then belong to foreign schemas.
 */
const idsGivenAway: Fault = {
  name: "registry dies with its memory, ids given to others",
  targets: ["registry"],
  holdMs: [0, 0],
  hits: [1, 1],
  recovers: "all",
  async strike({ stack, opened, processes }) {
    const projectors = processes.of("projector");
    for (const { name } of projectors) processes.doom(name);
    await Promise.all(projectors.map((handle) => handle.stop()));
    await sleep(UNREAD_MS);
    await stack.kill("registry");
    await stack.start("registry");
    for (let n = 0; n < OTHERS; n++) await registerOther(stack, n);
    await registerSchemas(opened.config, opened.topics);
    await Promise.all(projectors.map(({ name }) => processes.revive(name)));
    return Date.now();
  },
};

async function registerOther({ addresses }: Stack, n: number): Promise<void> {
  const fields = [{ name: "id", type: "string" }];
  const schema = JSON.stringify({ type: "record", name: `Other${n}`, fields });
  await fetch(`${addresses.registry}/subjects/other-${n}-value/versions`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ schema }),
  });
}

/**
 * Events must be read by the schema that their proof identifies, even if the registry has another one under their ids.
 */
export const registryForgets: Campaign = {
  name: "registry in memory",
  lanes: [[{ fault: idsGivenAway, times: 1 }]],
  rate: 150,
  gapMs: 0,
  rig: { counts: { ingest: 1, realtime: 0 } },
  openStack: openForgetful,
};

/**
 * Opens a separate stack whose registry keeps its schemas in memory, in an SQL database inside its process. A wrapper
 * of `java` configures this.
 */
async function openForgetful(dir: string): Promise<Stack> {
  const bin = join(dir, "bin");
  mkdirSync(bin, { recursive: true });
  const path = process.env.PATH ?? "";
  writeFileSync(join(bin, "java"), `#!/bin/sh\nPATH='${path}' APICURIO_STORAGE_KIND=sql exec java "$@"\n`);
  chmodSync(join(bin, "java"), 0o755);
  const env = { ...process.env, PATH: `${bin}${delimiter}${path}` };
  return openStack({ dir, ports: "free", provider: "local", env, say: () => {} });
}
