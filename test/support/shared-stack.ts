import { readdirSync } from "node:fs";
import { glob, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileCacheEnv, endLeftovers, openStack, ROOT, type Stack } from "@teravoz/stack";
import { openStackPool, STACK_POOL } from "./stack-pool.ts";
import { timedStart } from "./starts.ts";

/** Inside the checkout, so that what a run which died hard has left is found by the next. */
const RUNS = join(ROOT, ".run");
const PREFIX = "test-";
/** Where the suites of a run keep what is theirs: short, for a path of a socket has 108 bytes. */
const SUITES = join(tmpdir(), "teravoz-");

/**
 * Opens one stack for a whole test run, gives its addresses to the processes started from here, and stops it at the end, also
 * after a failure or Ctrl-C. Resolves with what `run` resolves with.
 */
export async function withSharedStack<T>(run: (stack: Stack) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = () => stopping.abort(new Error("stopped"));
  process.once("SIGINT", stop).once("SIGTERM", stop);
  await clearDeadRuns();
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

/** The last line of standard output is the tests' result: this goes beside it. */
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
 * Session of every consumer in the tests: what waits for a dead or paused member takes 4 s instead of 10. Longer than one
 * request that kafkajs gives up (3 s), so that a fetch which hangs on a busy machine does not expel its member. A broker that
 * is not ours may allow no less than 6 s.
 */
const sessionEnv = ({ provider }: Stack): NodeJS.ProcessEnv =>
  provider === "external" ? {} : { KAFKA_SESSION_TIMEOUT_MS: "4000" };

async function clearDeadRuns(): Promise<void> {
  await mkdir(RUNS, { recursive: true });
  for (const name of readdirSync(RUNS).filter(isOfDeadRun)) await clear(name);
}

/** Ends what a run has left running, the services of suites that were cut off before the parts they wait for, and removes its files. */
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
