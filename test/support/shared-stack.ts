import { readdirSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { endLeftovers, openStack, ROOT, type Stack } from "@teravoz/stack";

/** Inside the checkout, so that what a run which died hard has left is found by the next. */
const RUNS = join(ROOT, ".run");
const PREFIX = "test-";

/**
 * Opens one stack for a whole test run, tells its addresses to the processes started from here, and stops it at the end, also
 * after a failure or Ctrl-C. Resolves with what `run` resolves with.
 */
export async function withSharedStack<T>(run: (stack: Stack) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = () => stopping.abort(new Error("stopped"));
  process.once("SIGINT", stop).once("SIGTERM", stop);
  await clearDeadRuns();
  const dir = join(RUNS, `${PREFIX}${process.pid}`);
  try {
    const stack = await openStack({ dir, ports: "free", say: sayAside, signal: stopping.signal });
    return await runOn(stack, run, stopping.signal);
  } finally {
    await rm(dir, { recursive: true, force: true });
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

/** The last line of standard output is the tests' result: this goes beside it. */
const sayAside = (line: string) => void process.stderr.write(`${line}\n`);

async function runOn<T>(stack: Stack, run: (stack: Stack) => Promise<T>, signal: AbortSignal): Promise<T> {
  const { kafka, registry, mongodb } = stack.addresses;
  Object.assign(process.env, { KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry, MONGODB_URI: mongodb });
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  try {
    return await Promise.race([run(stack), stopped]);
  } finally {
    await stack.stop();
  }
}

async function clearDeadRuns(): Promise<void> {
  await mkdir(RUNS, { recursive: true });
  for (const name of readdirSync(RUNS).filter(isOfDeadRun)) {
    await endLeftovers(join(RUNS, name, "pids.json"));
    await rm(join(RUNS, name), { recursive: true, force: true });
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
