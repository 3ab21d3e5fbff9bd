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

/** A daemon that does not answer by then is none. */
const PATIENCE_MS = 5_000;
/** A registry of images is asked for a name only. */
const PULL_PATIENCE_MS = 15_000;
/** As long as the local parts get. */
export const START_LIMIT_MS = 90_000;

/** Why containers cannot be used here; null where they can. */
export async function containersFault(root: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const docker = (...args: string[]) => works("docker", args, { env, timeoutMs: PATIENCE_MS });
  if (!(await docker("version"))) return "no Docker engine answers";
  if (!(await docker("compose", "version"))) return "docker compose is missing";
  if (!existsSync(join(root, "docker-compose.yml"))) return "docker-compose.yml is missing";
  const obtainable = await Promise.all(Object.values(IMAGES).map((image) => isObtainable(image, env)));
  return obtainable.every(Boolean) ? null : "images are neither here nor to be had";
}

/** Whether an image is here or a registry has it. */
export const isObtainable = async (image: string, env: NodeJS.ProcessEnv) =>
  (await works("docker", ["image", "inspect", image], { env, timeoutMs: PATIENCE_MS })) ||
  (await works("docker", ["manifest", "inspect", image], { env, timeoutMs: PULL_PATIENCE_MS }));

type Containers = {
  /** By part, the container's id. */
  ids: Record<Part, string>;
  addresses: Addresses;
  env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
};

/** A stack of containers with fixed ports on this machine. */
export function containerStack({ ids, addresses, env, stop }: Containers): Stack {
  const docker = (...args: string[]) => run("docker", args, { env });
  // of what is done already docker makes an error, a signal nothing
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
