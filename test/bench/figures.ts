import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { formatTable } from "@teravoz/simulator";
import type { ServiceHandle } from "@teravoz/stack";

/** One line of the table: our figure, and beside it the limit, which is measured in the same run. */
export type Figure = {
  what: string;
  ours: string;
  /** The limit: what was measured, and its figure. */
  limit: string;
  /** Our figure divided by the limit, if both are rates. */
  ratio?: number;
};

export type Memory = { after: string; service: string; bytes: number };
export type Measured = { figures: Figure[]; memory: Memory[] };

/** Writes one line of progress. */
export type Say = (line: string) => void;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Reads the resident memory of the processes, in bytes: VmRSS of /proc. */
export const readMemory = (after: string, handles: readonly ServiceHandle[]): Memory[] =>
  handles.map(({ name, pid }) => {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return { after, service: name, bytes: Number(kib) * 1024 };
  });

export const perSecond = (value: number) => `${Math.round(value).toLocaleString("en")}/s`;
export const inMs = (value: number) => `${value.toFixed(1)} ms`;

/** Formats the tables for the terminal. */
export function formatMeasured({ figures, memory }: Measured): string {
  const rows = figures.map(({ what, ours, limit, ratio }) => [what, ours, limit, ratio?.toFixed(2) ?? ""]);
  const held = memory.map(({ after, service, bytes }) => [
    `${service} after ${after}`,
    `${(bytes / 2 ** 20).toFixed(0)} MiB`,
  ]);
  return [
    describeMachine(),
    formatTable([["", "ours", "limit in the same run", "ratio"], ...rows]),
    formatTable([["resident memory", ""], ...held]),
  ].join("\n\n");
}

function describeMachine(): string {
  const processors = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const machine = `${processors.length} x ${processors[0]?.model ?? "unknown"}, ${memory}`;
  return `${machine}, Node ${process.version}, ${new Date().toISOString()}`;
}
