import { createHash } from "node:crypto";
import { join } from "node:path";
import { addressesAt, PARTS } from "../addresses.ts";
import { run } from "../process/run.ts";
import type { Part, Ports, Stack } from "../stack.ts";
import { containerStack, untilAnswers } from "./docker.ts";

export type ComposeOptions = {
  root: string;
  ports: Ports;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
};

/**
 * Opens the parts of docker-compose.yml as a separate project beside the whole product. Their data are kept in its
 * volumes.
 */
export async function openCompose({ root, ports, env, signal }: ComposeOptions): Promise<Stack> {
  const compose = createCompose(root, {
    ...env,
    KAFKA_PORT: String(ports.kafka),
    REGISTRY_PORT: String(ports.registry),
    MONGODB_PORT: String(ports.mongodb),
  });
  const addresses = addressesAt(ports);
  try {
    await compose(["up", "-d", "--wait", ...PARTS], signal);
    for (const part of PARTS) await untilAnswers(part, addresses, signal);
    return containerStack({ ids: await idsOf(compose), addresses, env, stop: () => down(compose) });
  } catch (error) {
    await down(compose);
    throw error;
  }
}

/** Removes the containers that a crashed run has left behind, and with `volumes` also their data. */
export async function removeCompose(
  root: string,
  env: NodeJS.ProcessEnv,
  { volumes }: { volumes: boolean },
): Promise<void> {
  await createCompose(root, env)(["down", "--timeout", STOP_GRACE_S, ...(volumes ? ["--volumes"] : [])]);
}

/** The time for a graceful stop, in seconds: the same as for the local parts. */
const STOP_GRACE_S = "15";

type Compose = (args: string[], signal?: AbortSignal) => Promise<string>;

function createCompose(root: string, env: NodeJS.ProcessEnv): Compose {
  const project = `teravoz-start-${createHash("sha256").update(root).digest("hex").slice(0, 8)}`;
  const file = join(root, "docker-compose.yml");
  // one broker and one member, even if .env asks for more
  const settings = { cwd: root, env: { ...env, COMPOSE_PROFILES: "" } };
  return (args, signal) =>
    run("docker", ["compose", "-p", project, "-f", file, ...args], { ...settings, signal });
}

async function idsOf(compose: Compose): Promise<Record<Part, string>> {
  const ids = PARTS.map(async (part) => [part, (await compose(["ps", "-q", part])).trim()] as const);
  return Object.fromEntries(await Promise.all(ids)) as Record<Part, string>;
}

async function down(compose: Compose): Promise<void> {
  for (const part of ["registry", "mongodb", "kafka"])
    await compose(["stop", "--timeout", STOP_GRACE_S, part]);
  await compose(["down"]);
}
