import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PARTS } from "./addresses.ts";
import { openLocal } from "./local/local.ts";
import { chooseProvider } from "./providers/choose.ts";
import { openCompose, removeCompose } from "./providers/compose.ts";
import { containersFault } from "./providers/docker.ts";
import { givenAddresses, openExternal } from "./providers/external.ts";
import { type Ports, type Say, type Stack, type StackOptions, sayLine } from "./stack.ts";
import { choosePorts, DEFAULT_PORTS, freePorts } from "./tcp-ports.ts";

/** The checkout that contains this file. */
export const ROOT = join(import.meta.dirname, "..", "..", "..");

/**
 * Opens a stack of real Kafka, schema registry and MongoDB, from the requested provider or the first that works.
 * Resolves when all parts serve. Throws CannotStart for errors that the user can correct; the started parts are stopped
 * first.
 */
export async function openStack(options: StackOptions): Promise<Stack> {
  const { env = process.env, say = sayLine, dir, signal } = options;
  const { provider, why } = await chooseProvider({
    wanted: options.provider ?? env.STACK,
    addressesGiven: givenAddresses(env) !== null,
    containersFault: () => containersFault(ROOT, env),
  });
  say(`stack: ${provider} (${why})`);
  if (provider === "external") return openExternal(env);
  if (provider === "containers") return openContainersFor(options, env, say);
  if (options.fresh) await rm(join(dir, "data"), { recursive: true, force: true });
  const ports = options.ports === "free" ? await portsOfParts() : await choosePorts(DEFAULT_PORTS, say);
  return openLocal({ dir, env, say, signal, ports });
}

/**
 * Opens the containers. Tests get separate containers, which are removed at the stop; `start` gets those of compose,
 * whose data are kept.
 */
async function openContainersFor(options: StackOptions, env: NodeJS.ProcessEnv, say: Say): Promise<Stack> {
  const { signal, fresh = false } = options;
  if (options.ports === "free") {
    // loaded only if needed, because it loads a Docker client
    const { openContainers } = await import("./providers/containers.ts");
    return openContainers({ signal, ports: await portsOfParts() });
  }
  // remove the containers of a crashed run first, because they hold the ports
  await removeCompose(ROOT, env, { volumes: fresh });
  return openCompose({ root: ROOT, env, signal, ports: await choosePorts(DEFAULT_PORTS, say) });
}

async function portsOfParts(): Promise<Ports> {
  const ports = await freePorts(PARTS.length);
  return Object.fromEntries(PARTS.map((part, index) => [part, ports[index]])) as Ports;
}
