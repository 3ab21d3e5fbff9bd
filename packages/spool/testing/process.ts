import { jest } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import { createLog, createMetrics } from "@teravoz/runtime";
import { openSpool, type Spool, type SpoolOptions } from "../src/spool.ts";
import type { MemoryDisk, Trouble } from "./memory-disk.ts";

export const ROOT = "/spool";
export const QUICK = {
  tickMs: 2,
  adoptMs: 10,
  diskDeadlineMs: 100,
  drainAtStopMs: 200,
  refusedRetryMs: 1_000,
};
const MiB = 1024 * 1024;

/** Stops the clock. From now on only `elapse` advances it. */
export function stopClock(): void {
  jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask", "setImmediate"] });
}

/** Advances the clock millisecond by millisecond. The work that each one triggers has run when the next one begins. */
export async function elapse(ms: number): Promise<void> {
  for (let n = 0; n < ms; n++) {
    jest.advanceTimersByTime(1);
    await new Promise(setImmediate);
  }
}

const LIMIT_MS = 10_000;

/** Advances the clock until the condition holds. Resolves with the elapsed time in ms. */
export async function until(holds: () => boolean): Promise<number> {
  for (let ms = 0; ms < LIMIT_MS; ms++) {
    await new Promise(setImmediate);
    if (holds()) return ms;
    await elapse(1);
  }
  throw new Error(`this did not happen within ${LIMIT_MS} ms: ${holds}`);
}

/** Advances the clock until the work ends. Resolves with its outcome and the elapsed time in ms. */
export async function timed<T>(
  work: Promise<T>,
): Promise<{ outcome: PromiseSettledResult<T>; tookMs: number }> {
  const outcomes: PromiseSettledResult<T>[] = [];
  void Promise.allSettled([work]).then((settled) => outcomes.push(...settled));
  const tookMs = await until(() => outcomes.length > 0);
  return { outcome: outcomes[0]!, tookMs };
}

const open: Spool[] = [];
/** Stops every started process and restores the real clock. */
export async function stopAll(): Promise<void> {
  for (const spool of open.splice(0)) await timed(spool.stop());
  jest.useRealTimers();
}

/** Starts a process with a spool on this disk. `brokers.up` says whether the brokers accept records. */
export async function startProcess(
  { world, start: startDisk }: MemoryDisk,
  options: Partial<SpoolOptions> = {},
) {
  const sent: string[] = [];
  const logged: string[] = [];
  const brokers = { up: false, take: async (_body: string): Promise<void> => {} };
  const disk = startDisk();
  const metrics = createMetrics();
  const spool = await openSpool({
    disk,
    root: ROOT,
    maxBytes: 64 * MiB,
    metrics,
    limits: QUICK,
    // "a: text" goes to the destination "a"
    destinationOf: ({ body }) => /^(\w+): /.exec(String(body))?.[1] ?? "main",
    send: async ({ body }) => {
      if (!brokers.up) throw new Unavailable("away");
      await brokers.take(String(body));
      sent.push(String(body));
    },
    canSend: () => brokers.up,
    log: createLog("test", "info", { write: (line) => void logged.push(line) }),
    ...options,
  });
  open.push(spool);
  const append = (text: string) => spool.append({ body: Buffer.from(text), receivedAt: new Date() });
  const segments = () => [...world.names.keys()].filter((path) => /\.(segment|refused)$/.test(path));
  return { spool, append, sent, logged, brokers, metrics, segments, kill: disk.kill };
}

/** Returns `count` different bodies. */
export const texts = (count: number) => Array.from({ length: count }, (_, n) => `event-${n}`);

/** Makes the disk fail as `trouble` says. Returns a function that repairs it. */
export function breakDisk({ world }: MemoryDisk, trouble: Trouble): () => void {
  world.trouble = trouble;
  return () => {
    world.trouble = () => undefined;
  };
}
