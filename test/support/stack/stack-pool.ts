import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { openStack, type Part, type Stack } from "@teravoz/stack";
import { timedStart } from "./starts.ts";

/** Environment variable with the URL of the pool of this run. */
export const STACK_POOL = "STACK_POOL";

/**
 * A stack that is lent to one suite at a time: its addresses and the directory of its data and logs, as the
 * pool answers them.
 */
export type Lent = Pick<Stack, "provider" | "addresses"> & { id: number; dir: string };

const PARTS = ["kafka", "mongodb", "registry"] as const;
const CONTROLS = ["kill", "pause", "resume", "start", "ended"] as const;
export type Control = (typeof CONTROLS)[number];

type Kept = { stack: Stack; dir: string; isLent: boolean; restored: Promise<void> };
type Pool = { dir: string; signal: AbortSignal; stacks: Kept[]; opening: Promise<Kept>[] };

/**
 * Opens a pool that lends stacks to suites over HTTP: POST /borrow, /<id>/<control>/<part> and /<id>/return.
 * Suites may kill, pause and reconfigure them. A stack is opened when none is idle, so there are at most as
 * many as there are test workers.
 */
export async function openStackPool(dir: string, signal: AbortSignal) {
  const pool: Pool = { dir, signal, stacks: [], opening: [] };
  const server = createServer((request, response) => void answer(pool, request, response));
  // only the client closes an idle connection; otherwise the server may close it while a delayed request is on its way
  server.keepAliveTimeout = 0;
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      // a stack that is still opening was aborted with the run, or is stopped with the others
      await Promise.allSettled(pool.opening);
      await Promise.all(pool.stacks.map(({ stack }) => stack.stop()));
    },
  };
}

async function answer(pool: Pool, { url = "" }: IncomingMessage, response: ServerResponse): Promise<void> {
  const result = await perform(pool, url.slice(1).split("/")).catch((error) => error as Error);
  if (result instanceof Error) response.writeHead(500).end(result.message);
  else response.end(JSON.stringify(result ?? null));
}

async function perform(pool: Pool, [id, action, part]: string[]): Promise<unknown> {
  if (id === "borrow") return borrow(pool);
  const kept = pool.stacks[Number(id)];
  if (!kept) throw new Error(`the pool has no stack ${id}`);
  if (action === "return") return giveBack(kept);
  const control = CONTROLS.find((each) => each === action);
  if (!control) throw new Error(`a stack cannot ${action}`);
  return kept.stack[control](part as Part);
}

async function borrow(pool: Pool): Promise<Lent> {
  const kept = pool.stacks.find(({ isLent }) => !isLent) ?? (await opened(pool));
  kept.isLent = true;
  await kept.restored;
  const { provider, addresses } = kept.stack;
  return { id: pool.stacks.indexOf(kept), dir: kept.dir, provider, addresses };
}

function opened(pool: Pool): Promise<Kept> {
  const kept = open(pool, join(pool.dir, `own-${pool.opening.length + 1}`));
  pool.opening.push(kept);
  return kept;
}

async function open({ signal, stacks }: Pool, dir: string): Promise<Kept> {
  const stack = await openSeparateStack(dir, process.env, signal);
  const kept = { stack, dir, isLent: true, restored: Promise.resolve() };
  stacks.push(kept);
  return kept;
}

/**
 * Returns a stack without waiting until all its parts run again. The next suite waits for that, and fails
 * with the reason if the stack did not recover.
 */
function giveBack(kept: Kept): void {
  kept.isLent = false;
  kept.restored = restoreStack(kept.stack);
  kept.restored.catch(() => {});
}

/** Resumes and starts every part that is not running. Resolves when all serve. */
export async function restoreStack(stack: Stack): Promise<void> {
  for (const part of PARTS) {
    await stack.resume(part);
    await stack.start(part);
  }
}

/** Opens parts beside those that the environment names. */
export function openSeparateStack(dir: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<Stack> {
  const unnamed = { KAFKA_BROKERS: "", SCHEMA_REGISTRY_URL: "", MONGODB_URI: "" };
  const provider = env.STACK === "external" ? { STACK: "" } : {};
  const options = { dir, ports: "free", env: { ...env, ...unnamed, ...provider }, say: () => {} } as const;
  return timedStart("stack", () => openStack({ ...options, ...(signal ? { signal } : {}) }));
}
