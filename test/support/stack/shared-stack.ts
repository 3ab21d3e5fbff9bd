import { readdirSync } from "node:fs";
import { glob, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileCacheEnv, endLeftovers, openStack, ROOT, type Stack } from "@teravoz/stack";
import { openStackPool, STACK_POOL } from "./stack-pool.ts";
import { timedStart } from "./starts.ts";

/** Inside the checkout, so that the next run finds the leftovers of a killed one. */
const RUNS = join(ROOT, ".run");
const PREFIX = "test-";
/**
 * Prefix of the directory for the files of a run's suites. It is short because the path of a socket has at
 * most 108 bytes.
 */
const SUITES = join(tmpdir(), "teravoz-");

/**
 * Opens one stack for a whole test run and puts its addresses into the environment of child processes. Stops it at the
 * end, even after a failure or Ctrl-C. Resolves with the result of `run`.
 */
export async function withSharedStack<T>(run: (stack: Stack) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = () => stopping.abort(new Error("stopped"));
  process.once("SIGINT", stop).once("SIGTERM", stop);
  await clearDeadRuns();
  // Kafka starts often and runs for minutes only: the JVM's second compiler costs more than it saves
  process.env.JAVA_TOOL_OPTIONS ??= "-XX:TieredStopAtLevel=1";
  const name = `${PREFIX}${process.pid}`;
  const before = process.env.TMPDIR ?? "";
  await mkdir(SUITES + name, { recursive: true });
  process.env.TMPDIR = SUITES + name;
  try {
    const dir = join(RUNS, name);
    const options = { dir, ports: "free", say: sayAside, signal: stopping.signal } as const;
    const stack = await timedStart("stack", () => openStack(options));
    const pool = await openStackPool(dir, stopping.signal);
    process.env[STACK_POOL] = pool.url;
    return await runOn(stack, run, stopping.signal).finally(pool.close);
  } finally {
    process.env.TMPDIR = before;
    await clear(name);
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

/** Prints to standard error, because the last line of standard output is the tests' result. */
const sayAside = (line: string) => void process.stderr.write(`${line}\n`);

async function runOn<T>(stack: Stack, run: (stack: Stack) => Promise<T>, signal: AbortSignal): Promise<T> {
  const { kafka, registry, mongodb } = stack.addresses;
  Object.assign(process.env, { KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry, MONGODB_URI: mongodb });
  Object.assign(process.env, sessionEnv(stack));
  // for the commands that suites start themselves
  Object.assign(process.env, compileCacheEnv(process.env));
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  try {
    return await Promise.race([run(stack), stopped]);
  } finally {
    await stack.stop();
  }
}

/**
 * The session of every consumer in the tests. It makes the wait for a dead or paused member 4 s instead of
 * 10. It is longer than the time after which kafkajs gives up a request (3 s), so that a fetch which hangs on
 * a busy machine does not expel its member. An external broker may not allow less than 6 s.
 */
const sessionEnv = ({ provider }: Stack): NodeJS.ProcessEnv =>
  provider === "external" ? {} : { KAFKA_SESSION_TIMEOUT_MS: "4000" };

async function clearDeadRuns(): Promise<void> {
  await mkdir(RUNS, { recursive: true });
  for (const name of readdirSync(RUNS).filter(isOfDeadRun)) await clear(name);
}

/**
 * Ends the processes that a run has left, the services of killed suites before the parts that they wait for,
 * and removes its files.
 */
async function clear(name: string): Promise<void> {
  for (const dir of [SUITES + name, join(RUNS, name)]) {
    for await (const path of glob("{,*/,*/*/}pids.json", { cwd: dir })) await endLeftovers(join(dir, path));
    await rm(dir, { recursive: true, force: true });
  }
}

function isOfDeadRun(name: string): boolean {
  if (!name.startsWith(PREFIX)) return false;
  try {
    return !process.kill(Number(name.slice(PREFIX.length)), 0);
  } catch {
    return true;
  }
}
