import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { registerSchemas } from "@teravoz/kafka";
import { openStack, type Stack } from "@teravoz/stack";
import type { Campaign } from "../campaigns/campaign.ts";
import type { Fault } from "../nemesis/fault.ts";

/** As many ids as our schemas have, and more. */
const OTHERS = 20;
const UNREAD_MS = 2_000;

/**
 * Records wait to be read while the registry dies. When it is back, others register first and we do after them: the ids of the records
 * then belong to schemas of others.
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

/** Events are read by the schema that they prove, whatever the registry has under their ids. */
export const registryForgets: Campaign = {
  name: "registry in memory",
  lanes: [[{ fault: idsGivenAway, times: 1 }]],
  rate: 150,
  gapMs: 0,
  rig: { counts: { ingest: 1, realtime: 0 } },
  openStack: openForgetful,
};

/** A stack of its own whose registry keeps its schemas in memory, in an SQL database of its own process: a `java` that says so starts it. */
async function openForgetful(dir: string): Promise<Stack> {
  const bin = join(dir, "bin");
  mkdirSync(bin, { recursive: true });
  const path = process.env.PATH ?? "";
  writeFileSync(join(bin, "java"), `#!/bin/sh\nPATH='${path}' APICURIO_STORAGE_KIND=sql exec java "$@"\n`);
  chmodSync(join(bin, "java"), 0o755);
  const env = { ...process.env, PATH: `${bin}${delimiter}${path}` };
  return openStack({ dir, ports: "free", provider: "local", env, say: () => {} });
}
