import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import type { Ports, Say } from "./stack.ts";

export const DEFAULT_PORTS: Ports = { kafka: 9092, registry: 8081, mongodb: 27017 };

/** The vendor's simulators answer on it: never ours. */
const NEVER = 3334;

/** Below the range from which systems take ports for outgoing connections (32768 on Linux), so that a part killed and started again finds its port free. */
const FREE_RANGE = [20_000, 32_000] as const;

export type IsFree = (port: number) => Promise<boolean>;

/** A port nobody listens on, chosen at random. */
export async function freePort(isFree: IsFree = portIsFree): Promise<number> {
  const port = randomInt(...FREE_RANGE);
  return (await isFree(port)) ? port : freePort(isFree);
}

/** Different ports that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/** The wanted ports where they are free, else the next free ones that no other wants; says which were taken. */
export async function choosePorts<N extends string>(
  wanted: Record<N, number>,
  say: Say,
  isFree: IsFree = portIsFree,
): Promise<Record<N, number>> {
  const spokenFor = new Set<number>([NEVER, ...Object.values<number>(wanted)]);
  const chosen = { ...wanted };
  for (const name of Object.keys(wanted) as N[]) {
    if (await isFree(wanted[name])) continue;
    const port = await nextFree(wanted[name] + 1, async (it) => !spokenFor.has(it) && (await isFree(it)));
    say(`port ${wanted[name]} is taken: ${name} uses ${port}`);
    spokenFor.add(port);
    chosen[name] = port;
  }
  return chosen;
}

async function nextFree(from: number, isFree: IsFree): Promise<number> {
  for (let port = from; port <= 65_535; port++) if (await isFree(port)) return port;
  throw new Error(`no free port from ${from} on`);
}

/** Whether one could listen on it, on this machine's own address and on all of them. */
export async function portIsFree(port: number): Promise<boolean> {
  return (await canListen(port, "127.0.0.1")) && (await canListen(port, "0.0.0.0"));
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
