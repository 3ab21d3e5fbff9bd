import { readFileSync } from "node:fs";

/** Returns the resident memory of a process now, in bytes. */
export const residentBytes = (pid: number): number => readStatus(pid, "VmRSS");

/** Returns the largest resident memory that a process has ever had, in bytes. */
export const peakBytes = (pid: number): number => readStatus(pid, "VmHWM");

function readStatus(pid: number, field: string): number {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(
    readFileSync(`/proc/${pid}/status`, "utf8"),
  )?.[1];
  return Number(kib) * 1024;
}

const SAMPLE_MS = 100;

/**
 * Follows the resident memory of a process from now on. `stop` returns the memory at the start and the largest growth,
 * in bytes.
 */
export function watchMemory(pid: number): { stop(): { start: number; growth: number } } {
  const start = residentBytes(pid);
  let most = start;
  const timer = setInterval(() => {
    most = Math.max(most, residentBytes(pid));
  }, SAMPLE_MS).unref();
  return {
    stop() {
      clearInterval(timer);
      return { start, growth: Math.max(most, residentBytes(pid)) - start };
    },
  };
}
