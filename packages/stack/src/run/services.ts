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
  /** The name of its log. Services of the same kind need different names. */
  name: string;
  kind: Kind;
  /** Added to the environment of this process and to the addresses. */
  env?: NodeJS.ProcessEnv;
  /** Default: a free port. */
  port?: number;
  /** Path of the module to run. Default: the service's own main.ts. */
  main?: string;
};

/** One service as a separate process. `start` runs it again, with the same port, and appends to its log. */
export type ServiceHandle = {
  name: string;
  kind: Kind;
  url: string;
  readonly pid: number;
  /** Path of the file to which the output is written. */
  log: string;
  kill(signal: NodeJS.Signals): void;
  /** Sends SIGTERM, and SIGKILL after the service's own deadline. Resolves with its exit code, null after a signal. */
  stop(): Promise<number | null>;
  /** Does nothing while the service runs. */
  start(): Promise<void>;
  /** Stops the service and starts it again. For `ended` it keeps running. */
  restart(): Promise<void>;
  /**
   * Resolves once /readyz answers 200. Rejects with its reason and the end of the log, after the limit or when the
   * service ends.
   */
  ready(limitMs?: number): Promise<void>;
  /** Resolves with the way in which the current run ended. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Resolves with a text about the way in which the service ended. A restart does not count as an end. */
  ended(): Promise<string>;
};

export type ServicesOptions = {
  addresses: Addresses;
  services: readonly ServiceSpec[];
  /** The directory of logs/ and pids.json. */
  dir: string;
  /** Default: the environment of this process. */
  env?: NodeJS.ProcessEnv;
};

/**
 * The longest wait for readiness. A service waits only for a topic check, a replica set and a schema; a minute is ten
 * times that.
 */
const READY_LIMIT_MS = 60_000;
/** The time for a graceful stop. The service's own deadline is 10 s, after which it exits itself. */
const STOP_GRACE_MS = 12_000;

/** Starts services. Wait for each with `ready`. */
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

/**
 * Returns the environment of a service. PORT, which would override the other settings, is not passed on, because it is
 * meant for one service only.
 */
function serviceEnv(
  service: ServiceSpec & { port: number },
  { addresses, env = process.env }: ServicesOptions,
) {
  const { PORT: _, ...rest } = env;
  return {
    // no load balancer is in front of the services
    SHUTDOWN_DELAY: "0",
    ...rest,
    ...compileCacheEnv(env),
    ...addressEnv(addresses),
    [PORT_VARIABLES[service.kind]]: String(service.port),
    ...service.env,
  };
}

/** Returns the addresses as environment variables for services and commands. */
export const addressEnv = ({ kafka, registry, mongodb }: Addresses) => ({
  KAFKA_BROKERS: kafka,
  SCHEMA_REGISTRY_URL: registry,
  MONGODB_URI: mongodb,
});
