import { cpus, totalmem } from "node:os";
import type { Start } from "../support/stack/starts.ts";
import type { SuiteOutcome } from "./run-jest.ts";

/** The times of a test run, in seconds. */
export type Timings = {
  date: string;
  machine: string;
  /** From the first suite to the last, including everything in between. */
  wall: number;
  /** The sums over the suites of each band. With two workers they are about twice their share of `wall`. */
  bands: Record<string, number>;
  starts: Record<Start["what"], { count: number; seconds: number }>;
  /** The time of each suite by its path, the slowest first. */
  suites: Record<string, number>;
};

type Measured = { suites: readonly SuiteOutcome[]; starts: readonly Start[]; wall: number; now: Date };

const rounded = (seconds: number) => Math.round(seconds * 10) / 10;
const sum = (values: readonly number[]) => rounded(values.reduce((total, value) => total + value, 0));

export function collectTimings({ suites, starts, wall, now }: Measured): Timings {
  const bands = Map.groupBy(suites, ({ band }) => band);
  const slowestFirst = suites.toSorted((one, other) => other.seconds - one.seconds);
  const startsOf = (what: Start["what"]) => {
    const all = starts.filter((each) => each.what === what);
    return { count: all.length, seconds: sum(all.map(({ ms }) => ms / 1_000)) };
  };
  return {
    date: now.toISOString().slice(0, 10),
    machine: describeMachine(),
    wall: rounded(wall),
    bands: Object.fromEntries(
      [...bands].map(([name, all]) => [name, sum(all.map(({ seconds }) => seconds))]),
    ),
    starts: { stack: startsOf("stack"), gateway: startsOf("gateway") },
    suites: Object.fromEntries(slowestFirst.map(({ path, seconds }) => [path, rounded(seconds)])),
  };
}

/** The processors, the memory and the Node.js of this machine in one line. */
export function describeMachine(): string {
  const [{ model } = { model: "unknown" }] = cpus();
  return `${cpus().length} x ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}

const SHOWN = 10;

/**
 * Formats the ten slowest suites, the time of each band, and the times of the starts of stacks and gateways.
 */
export function formatTimings({ suites, bands, starts, wall }: Timings): string {
  const line = (seconds: number, what: string) => `${seconds.toFixed(1).padStart(8)} s  ${what}`;
  const slowest = Object.entries(suites).slice(0, SHOWN);
  return [
    "slowest suites:",
    ...slowest.map(([path, seconds]) => line(seconds, path)),
    "bands (sums over their suites):",
    ...Object.entries(bands).map(([name, seconds]) => line(seconds, name)),
    ...Object.entries(starts)
      .filter(([, { count }]) => count > 0)
      .map(([what, { count, seconds }]) => line(seconds, `in ${count} starts of a ${what}`)),
    line(wall, "in all"),
  ].join("\n");
}
