import { existsSync } from "node:fs";
import { join } from "node:path";
import { run, works } from "../process/run.ts";
import { until } from "../process/until.ts";
import type { Addresses, Part, Stack } from "../stack.ts";
import { answers } from "./answers.ts";

export const IMAGES: Record<Part, string> = {
  kafka: "apache/kafka:4.1.0",
  registry: "apicurio/apicurio-registry:3.0.9",
  mongodb: "mongo:8",
};

/** The longest wait for the Docker daemon. One that does not answer within this time counts as missing. */
const PATIENCE_MS = 5_000;
/** The longest wait for an image registry, which is asked only for a name. */
const PULL_PATIENCE_MS = 15_000;
/** The longest wait for a start: the same as for the local parts. */
export const START_LIMIT_MS = 90_000;

/** Returns the reason why containers cannot be used here, or null if they can. */
export async function containersFault(root: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const docker = (...args: string[]) => works("docker", args, { env, timeoutMs: PATIENCE_MS });
  if (!(await docker("version"))) return "no Docker engine answers";
  if (!(await docker("compose", "version"))) return "docker compose is missing";
  if (!existsSync(join(root, "docker-compose.yml"))) return "docker-compose.yml is missing";
  const obtainable = await Promise.all(Object.values(IMAGES).map((image) => isObtainable(image, env)));
  return obtainable.every(Boolean) ? null : "images are neither on this machine nor in a registry";
}

/** Returns whether an image is on this machine or in a registry. */
export const isObtainable = async (image: string, env: NodeJS.ProcessEnv) =>
  (await works("docker", ["image", "inspect", image], { env, timeoutMs: PATIENCE_MS })) ||
  (await works("docker", ["manifest", "inspect", image], { env, timeoutMs: PULL_PATIENCE_MS }));

type Containers = {
  /** The container ids by part. */
  ids: Record<Part, string>;
  addresses: Addresses;
  env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
};

/** Returns a stack of containers with fixed ports on this machine. */
export function containerStack({ ids, addresses, env, stop }: Containers): Stack {
  const docker = (...args: string[]) => run("docker", args, { env });
  // docker fails for a container that is already in the wanted state, a signal does not
  const when = async (states: readonly string[], command: string, part: Part) => {
    const found = await docker("inspect", "--format", "{{.State.Status}}", ids[part]);
    if (states.includes(found.trim())) await docker(command, ids[part]);
  };
  return {
    provider: "containers",
    addresses,
    kill: (part) => when(["running", "paused"], "kill", part),
    pause: (part) => when(["running"], "pause", part),
    resume: (part) => when(["paused"], "unpause", part),
    async start(part) {
      await docker("start", ids[part]);
      await untilAnswers(part, addresses);
    },
    ended: async (part) => `ended with code ${(await docker("wait", ids[part])).trim()}`,
    stop,
  };
}

export const untilAnswers = (part: Part, addresses: Addresses, signal?: AbortSignal) =>
  until(() => answers[part](addresses[part]), { limitMs: START_LIMIT_MS, what: `${part} serves`, signal });
