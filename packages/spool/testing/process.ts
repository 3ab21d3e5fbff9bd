import { Unavailable } from "@teravoz/domain";
import { createLog, createMetrics } from "@teravoz/runtime";
import { openSpool, type Spool, type SpoolOptions } from "../src/spool.ts";
import type { MemoryDisk, Trouble } from "./memory-disk.ts";

export const ROOT = "/spool";
export const QUICK = { tickMs: 2, adoptMs: 10, diskDeadlineMs: 100, drainAtStopMs: 200 };
const MiB = 1024 * 1024;

const open: Spool[] = [];
/** Ends every process that was started. */
export async function stopAll(): Promise<void> {
  for (const spool of open.splice(0)) await spool.stop().catch(() => {});
}

/** A process with a spool on this disk; `brokers.up` says whether they take what it sends. */
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
    ...{ disk, root: ROOT, maxBytes: 64 * MiB, metrics, limits: QUICK },
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
  const segments = () => [...world.names.keys()].filter((path) => path.endsWith(".segment"));
  return { spool, append, sent, logged, brokers, metrics, segments, kill: disk.kill };
}

/** So many bodies that differ. */
export const texts = (count: number) => Array.from({ length: count }, (_, n) => `event-${n}`);

export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 1_000) throw new Error(`it did not come about: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Makes the disk fail as the trouble says; the answer heals it. */
export function breakDisk({ world }: MemoryDisk, trouble: Trouble): () => void {
  world.trouble = trouble;
  return () => {
    world.trouble = () => undefined;
  };
}
