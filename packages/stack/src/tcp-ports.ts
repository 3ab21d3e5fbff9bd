import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import type { Ports, Say } from "./stack.ts";

export const DEFAULT_PORTS: Ports = { kafka: 9092, registry: 8081, mongodb: 27017 };

/** The port of the vendor's simulators, which is never used. */
const NEVER = 3334;

/**
 * The range of free ports. It is below the range from which systems take ports for outgoing connections (32768 on
 * Linux), so that a killed part finds its port free at its next start.
 */
const FREE_RANGE = [20_000, 32_000] as const;

export type IsFree = (port: number) => Promise<boolean>;

/** Returns a free port, chosen at random. */
export async function freePort(isFree: IsFree = portIsFree): Promise<number> {
  const port = randomInt(...FREE_RANGE);
  return (await isFree(port)) ? port : freePort(isFree);
}

/** Returns different free ports. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/**
 * Returns the wanted ports if they are free, else the next free ones that no other part wants. Reports the taken ones.
 */
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
  throw new Error(`no free port at ${from} or above`);
}

/** Returns whether a port is free, on the loopback address and on all addresses. */
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
