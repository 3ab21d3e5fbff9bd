import { mkdir, rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { Command, Option } from "commander";
import { PARTS } from "./addresses.ts";
import { openCluster } from "./local/cluster.ts";
import { openStack, ROOT } from "./open-stack.ts";
import { endLeftovers, readPids, signalProcess } from "./process/pids.ts";
import { type Job, supervise } from "./process/supervise.ts";
import { claim } from "./run/claim.ts";
import {
  gatewayAddressesOf,
  removeAddresses,
  sayAddresses,
  writeAddresses,
} from "./run/gateway-addresses.ts";
import { buildDashboard, createTopics, type JobOptions } from "./run/jobs.ts";
import { type Kind, type ServiceHandle, startServices } from "./run/services.ts";
import { aborts, orAborted, Stopped, stopSignal } from "./run/signals.ts";
import { watchSources } from "./run/watch.ts";
import { CannotStart, type Provider, type Stack, sayLine as say } from "./stack.ts";
import { choosePorts } from "./tcp-ports.ts";

type Options = { fresh?: boolean; watch?: boolean; stack?: Provider; cluster?: boolean; dir: string };
/** The parts of the stack, or the nodes of a cluster. */
type Parts = Pick<Stack, "addresses" | "stop"> & { jobs: Job[] };
type Running = { parts: Parts; services: ServiceHandle[] };

const { env } = process;
const options = readOptions();
const DIR = resolve(options.dir);
const PIDS = join(DIR, "pids.json");
/** The spool of ingest, for events while the brokers are unavailable. */
const SPOOL = env.SPOOL_DIR || join(DIR, "spool");

async function main(): Promise<void> {
  const signal = stopSignal(killAll);
  const release = claim(DIR);
  process.once("exit", () => {
    removeAddresses(DIR);
    release();
  });
  await clearLeftovers();
  const running = await bringUp(options, signal);
  announce(running);
  keepUp(running, options, signal);
  await aborts(signal);
  say("stopping");
  await takeDown(running);
  say("stopped; data are kept for the next start");
}

function readOptions(): Options {
  return new Command("start")
    .description(
      "Brings up Kafka, schema registry, MongoDB, every service and the dashboard; Ctrl-C stops all.",
    )
    .option("--fresh", "start empty: deletes the data of the last run")
    .option("--watch", "restart a service when its sources change")
    .option("--dir <path>", "directory of data, logs and addresses.json", join(ROOT, ".run"))
    .addOption(
      new Option(
        "--stack <provider>",
        "where the parts run (default: STACK, else the first that works)",
      ).choices(["external", "containers", "local"]),
    )
    .addOption(
      new Option(
        "--cluster",
        "three brokers and three members of MongoDB's set, as processes of this machine",
      ).conflicts("stack"),
    )
    .parse()
    .opts<Options>();
}

async function clearLeftovers(): Promise<void> {
  const ended = await endLeftovers(PIDS);
  if (ended.length > 0) say(`ended processes of the last run: ${ended.join(", ")}`);
}

/** Starts everything. If this fails or is aborted, all started parts are stopped. */
async function bringUp(options: Options, signal: AbortSignal): Promise<Running> {
  const job: JobOptions = { dir: DIR, env, signal };
  const page = buildDashboard(job);
  page.catch(() => {});
  const parts = await openParts(options, signal);
  const running: Running = { parts, services: [] };
  try {
    await createTopics(parts.addresses, job);
    say(`topics and schemas exist, the dashboard is ${await page}`);
    await openSpool(options);
    running.services = await openServices(parts);
    await orAborted(Promise.all(running.services.map(untilReady)), signal);
    return running;
  } catch (error) {
    await takeDown(running);
    throw error;
  }
}

async function openParts(options: Options, signal: AbortSignal): Promise<Parts> {
  const { fresh = false, stack: provider } = options;
  const common = { dir: DIR, ports: "default", fresh, signal } as const;
  if (options.cluster) {
    say("stack: a cluster of local processes (requested)");
    const cluster = await openCluster(common);
    return { addresses: cluster.addresses, jobs: jobsOf(cluster.nodes, cluster), stop: cluster.close };
  }
  const stack = await openStack({ ...common, ...(provider ? { provider } : {}) });
  return { addresses: stack.addresses, jobs: jobsOf(PARTS, stack), stop: stack.stop };
}

type Controls<N> = { ended(name: N): Promise<string>; start(name: N): Promise<void> };

const jobsOf = <N extends string>(names: readonly N[], { ended, start }: Controls<N>) =>
  names.map((name) => ({ name, ended: () => ended(name), start: () => start(name) }));

/** Returns the ports of the environment, else the default ones. */
const wantedPorts = (): Record<Kind, number> => ({
  ingest: Number(env.INGEST_PORT || 3333),
  realtime: Number(env.REALTIME_PORT || 4000),
  projector: Number(env.PROJECTOR_PORT || 3335),
});

/** Creates the spool. A directory that the environment names is never emptied. */
async function openSpool({ fresh }: Options): Promise<void> {
  if (env.SPOOL_DIR) return;
  if (fresh) await rm(SPOOL, { recursive: true, force: true });
  await mkdir(SPOOL, { recursive: true });
}

async function openServices({ addresses }: Parts): Promise<ServiceHandle[]> {
  const ports = Object.entries(await choosePorts(wantedPorts(), say)) as [Kind, number][];
  say(`starting ${ports.map(([kind]) => kind).join(", ")}`);
  const services = ports.map(([kind, port]) => ({ name: kind, kind, port }));
  return startServices({ addresses, services, dir: DIR, env: { ...env, SPOOL_DIR: SPOOL } });
}

async function untilReady(service: ServiceHandle): Promise<void> {
  const startedAt = Date.now();
  await service.ready().catch((error: Error) => {
    throw new CannotStart(error.message, { cause: error });
  });
  say(`${service.name} is ready (${((Date.now() - startedAt) / 1_000).toFixed(1)} s)`);
}

function announce({ parts, services }: Running): void {
  const report = gatewayAddressesOf(parts.addresses, services);
  writeAddresses(DIR, report);
  say("up:");
  sayAddresses(report, say);
  say(`logs are in ${relative(process.cwd(), join(DIR, "logs"))}; Ctrl-C stops all`);
}

/** Restarts parts and services that end, and with --watch also services whose sources change. */
function keepUp({ parts, services }: Running, { watch }: Options, signal: AbortSignal): void {
  for (const job of [...parts.jobs, ...services]) void supervise(job, { say, signal });
  if (watch)
    watchSources({ service: (kind) => restart(kind, services), page: () => rebuild(signal) }, signal);
}

function restart(kind: Kind, services: readonly ServiceHandle[]): void {
  say(`sources of ${kind} changed: restarting it`);
  for (const service of services) if (service.kind === kind) void service.restart();
}

function rebuild(signal: AbortSignal): void {
  const built = buildDashboard({ dir: DIR, env, signal });
  built.then(
    (outcome) => say(`the dashboard is ${outcome}`),
    (error: Error) => say(error.message),
  );
}

/** The order of the stop: first the services with connections from outside, then the projector. The parts stop last. */
const STOP_ORDER: readonly Kind[] = ["realtime", "ingest", "projector"];

async function takeDown({ parts, services }: Running): Promise<void> {
  for (const kind of STOP_ORDER)
    for (const service of services.filter((it) => it.kind === kind)) await service.stop();
  await parts.stop();
}

/** Kills everything at once, at the second Ctrl-C. */
function killAll(): void {
  for (const { pid } of readPids(PIDS)) signalProcess(-pid, "SIGKILL");
  process.exit(1);
}

// ignore a closed output: a crash here would leave all other processes running without this one
process.stdout.on("error", () => {});

main().then(
  () => process.exit(0),
  (error: Error) => {
    if (error instanceof Stopped) {
      say("stopped before everything was up");
      process.exit(0);
    }
    process.stderr.write(`${error instanceof CannotStart ? error.message : error.stack}\n`);
    process.exit(1);
  },
);
