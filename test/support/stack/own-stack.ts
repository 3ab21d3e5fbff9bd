import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Part, Stack } from "@teravoz/stack";
import { keepForReading, watchFailures } from "../../runner/failures.ts";
import { type Control, type Lent, openSeparateStack, STACK_POOL } from "./stack-pool.ts";

export type OwnParts = Omit<Stack, "stop">;
/** A borrowed stack. `dir` holds the data and the logs of local parts. */
export type OwnStack = { stack: OwnParts; dir: string; close(): Promise<void> };

/**
 * Opens parts that no other suite uses at the same time, so they may be killed, paused and reconfigured. They
 * come from the pool of the test run, or are opened for this suite if there is no pool or `more` settings are
 * needed. Until `close` the environment of this process names them, for the processes it starts. After a
 * failed test the logs of the parts are kept.
 */
export async function openOwnStack(more?: NodeJS.ProcessEnv): Promise<OwnStack> {
  const hasFailed = watchFailures();
  const before = { ...process.env };
  const pool = process.env[STACK_POOL];
  const { stack, dir, release } = pool && !more ? await borrow(pool) : await open({ ...before, ...more });
  const { kafka, registry, mongodb } = stack.addresses;
  Object.assign(process.env, { KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry, MONGODB_URI: mongodb });
  return {
    stack,
    dir,
    close: async () => {
      Object.assign(process.env, before);
      if (hasFailed()) await keepForReading(join(dir, "logs"), { addresses: stack.addresses });
      await release();
    },
  };
}

async function open(env: NodeJS.ProcessEnv) {
  const dir = await mkdtemp(join(tmpdir(), "teravoz-own-"));
  const stack = await openSeparateStack(dir, env);
  const release = async () => {
    await stack.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return { stack, dir, release };
}

async function borrow(pool: string) {
  const { id, dir, provider, addresses }: Lent = await ask(pool, "borrow");
  const control = (name: Control) => (part: Part) => ask<never>(pool, `${id}/${name}/${part}`);
  const [kill, pause, resume] = [control("kill"), control("pause"), control("resume")];
  const controls = { kill, pause, resume, start: control("start"), ended: control("ended") };
  return { stack: { provider, addresses, ...controls }, dir, release: () => ask(pool, `${id}/return`) };
}

async function ask<T>(pool: string, path: string): Promise<T> {
  const answer = await fetch(`${pool}/${path}`, { method: "POST" });
  if (!answer.ok) throw new Error(`the pool of stacks: ${await answer.text()}`);
  return (await answer.json()) as T;
}
