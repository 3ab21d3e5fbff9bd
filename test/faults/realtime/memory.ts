import { readFileSync } from "node:fs";

/** What a process holds of the machine's memory now, in bytes. */
export const residentBytes = (pid: number): number => readStatus(pid, "VmRSS");

/** The most that a process has ever held of the machine's memory, in bytes. */
export const peakBytes = (pid: number): number => readStatus(pid, "VmHWM");

function readStatus(pid: number, field: string): number {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(
    readFileSync(`/proc/${pid}/status`, "utf8"),
  )?.[1];
  return Number(kib) * 1024;
}

const SAMPLE_MS = 100;

/** Follows a process that lives from now on; `stop` answers with the most it held, above what it held at the start. */
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
