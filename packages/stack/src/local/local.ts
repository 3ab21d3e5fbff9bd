import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { addressesAt } from "../addresses.ts";
import { rotateLog } from "../process/log-file.ts";
import type { Addresses, Part, Ports, Say, Stack } from "../stack.ts";
import { freePorts } from "../tcp-ports.ts";
import { planKafka } from "./kafka.ts";
import { sameForAll } from "./kafka-settings.ts";
import { planMongodb } from "./mongodb.ts";
import { createPart, type LocalPart, type Plan } from "./part.ts";
import { fetchPrograms, type Programs } from "./programs.ts";
import { planRegistry } from "./registry.ts";
import { createWorkspace } from "./workspace.ts";

export type LocalOptions = {
  dir: string;
  ports: Ports;
  env: NodeJS.ProcessEnv;
  say: Say;
  signal?: AbortSignal | undefined;
};

/** Opens the parts as processes of this machine. Throws CannotStart if a tool is missing. */
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

/** Starts Kafka and MongoDB at once, then the registry, which needs Kafka. */
async function startAll(options: LocalOptions, programs: Programs, parts: Partial<Record<Part, LocalPart>>) {
  const { dir, ports, env, signal } = options;
  const workspace = createWorkspace(dir, env, signal);
  const open = async (part: Part, plan: Plan) => {
    rotateLog(plan.spec.log);
    parts[part] = createPart(plan, signal);
    await parts[part].start();
  };
  const [broker, controller] = (await freePorts(2)).map(sameForAll);
  const endpoints = { client: sameForAll(ports.kafka), broker, controller };
  const node = { name: "kafka", id: 1, endpoints };
  const jvm = [...BROKER_JVM, `-XX:SharedArchiveFile=${programs.classes}`];
  const kafka = planKafka(workspace, node, { jars: programs.jars, jvm, nodes: [node] });
  const mongodb = planMongodb(workspace, { name: "mongodb", mongod: programs.mongod, port: ports.mongodb });
  await allOrFirstFault([
    kafka.then((plan) => open("kafka", plan)),
    mongodb.then((plan) => open("mongodb", plan)),
  ]);
  const registry = { app: programs.app, port: ports.registry, kafka: addressesAt(ports).kafka };
  await open("registry", await planRegistry(workspace, registry));
}

/** The heap of the broker. It used 230 MB at rest, and the tests' topics and 20,000 events a second fit. */
const BROKER_JVM = ["-Xmx512m"];

/** Waits until all jobs have settled, so that nothing starts during the clean-up, then throws the first error. */
export async function allOrFirstFault(jobs: readonly Promise<void>[]): Promise<void> {
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

/** Stops all parts. A part that needs another one stops first. */
async function stopAll(parts: Partial<Record<Part, LocalPart>>): Promise<void> {
  for (const part of ["registry", "mongodb", "kafka"] as const) await parts[part]?.stop();
}
