import { join } from "node:path";
import { ROOT } from "../open-stack.ts";
import { type ChildSpec, endChild } from "../process/child.ts";
import { rotateLog } from "../process/log-file.ts";
import { createRuns } from "../process/runs.ts";
import type { Addresses } from "../stack.ts";
import { freePort } from "../tcp-ports.ts";
import { compileCacheEnv } from "./compile-cache.ts";
import { untilReady } from "./ready.ts";

export type Kind = "ingest" | "projector" | "realtime";

export type ServiceSpec = {
  /** Names its log; several of one kind have different ones. */
  name: string;
  kind: Kind;
  /** Added to the environment of this process and the addresses. */
  env?: NodeJS.ProcessEnv;
  /** Default: a free one. */
  port?: number;
  /** Path of the module that is run (default: the service's own main.ts). */
  main?: string;
};

/** One service as a process of its own; `start` runs it again, with the same port and the log appended. */
export type ServiceHandle = {
  name: string;
  kind: Kind;
  url: string;
  readonly pid: number;
  /** Path of the file that takes what it writes. */
  log: string;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL past the service's own deadline; resolves with its exit code, null after a signal. */
  stop(): Promise<number | null>;
  /** Does nothing while it runs. */
  start(): Promise<void>;
  /** Stops it and starts it again: for `ended` it goes on. */
  restart(): Promise<void>;
  /** Resolves once /readyz answers 200. Rejects with its reason and the end of the log past the limit, or when it ends. */
  ready(limitMs?: number): Promise<void>;
  /** How the run of now ends. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** The same in words, of a run that is not followed by another at once. */
  ended(): Promise<string>;
};

export type ServicesOptions = {
  addresses: Addresses;
  services: readonly ServiceSpec[];
  /** Holds logs/ and pids.json. */
  dir: string;
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv;
};

/** A topic check, a replica set and a schema are all it waits for: a minute is an order of magnitude more. */
const READY_LIMIT_MS = 60_000;
/** The service's own deadline is 10 s; past that it exits by itself. */
const STOP_GRACE_MS = 12_000;

/** Starts services; wait for each with `ready`. */
export function startServices(options: ServicesOptions): Promise<ServiceHandle[]> {
  return Promise.all(options.services.map((service) => startService(service, options)));
}

async function startService(service: ServiceSpec, options: ServicesOptions): Promise<ServiceHandle> {
  const { name, kind, port = await freePort() } = service;
  const spec = serviceSpec({ ...service, port }, options);
  const url = `http://127.0.0.1:${port}`;
  rotateLog(spec.log);
  const runs = createRuns(spec, STOP_GRACE_MS);
  return {
    name,
    kind,
    url,
    log: spec.log,
    get pid() {
      return runs.current().pid;
    },
    get exited() {
      return runs.current().exited;
    },
    kill: (signal) => runs.current().signal(signal),
    stop: async () => (await endChild(runs.current(), STOP_GRACE_MS)).code,
    start: async () => runs.start(),
    restart: runs.restart,
    ready: (limitMs = READY_LIMIT_MS) => untilReady(runs.current(), url, limitMs),
    ended: runs.ended,
  };
}

function serviceSpec(service: ServiceSpec & { port: number }, options: ServicesOptions): ChildSpec {
  return {
    name: service.name,
    command: process.execPath,
    args: [service.main ?? join(ROOT, "services", service.kind, "src", "main.ts")],
    env: serviceEnv(service, options),
    cwd: ROOT,
    log: join(options.dir, "logs", `${service.name}.log`),
    pids: join(options.dir, "pids.json"),
  };
}

const PORT_VARIABLES = {
  ingest: "INGEST_PORT",
  projector: "PROJECTOR_PORT",
  realtime: "REALTIME_PORT",
} as const;

/** A lone PORT, which would win, is that of one service only: it is not handed on. */
function serviceEnv(
  service: ServiceSpec & { port: number },
  { addresses, env = process.env }: ServicesOptions,
) {
  const { PORT: _, ...rest } = env;
  return {
    // no balancer is in front of them
    SHUTDOWN_DELAY: "0",
    ...rest,
    ...compileCacheEnv(env),
    ...addressEnv(addresses),
    [PORT_VARIABLES[service.kind]]: String(service.port),
    ...service.env,
  };
}

/** The addresses as services and commands are given them. */
export const addressEnv = ({ kafka, registry, mongodb }: Addresses) => ({
  KAFKA_BROKERS: kafka,
  SCHEMA_REGISTRY_URL: registry,
  MONGODB_URI: mongodb,
});
