import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { until } from "./until.ts";

/** A started process, with the arguments that identify it: its number alone may belong to another process by now. */
export type Pid = { name: string; pid: number; args: string };

/** The time for a graceful stop. A service stops within ten seconds, Kafka and MongoDB in two or three. */
const GRACE_MS = 12_000;

export function recordPid(file: string, entry: Pid): void {
  write(file, [...readPids(file), entry]);
}

export function forgetPid(file: string, pid: number): void {
  if (existsSync(file))
    write(
      file,
      readPids(file).filter((entry) => entry.pid !== pid),
    );
}

export function readPids(file: string): Pid[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Pid[]) : [];
}

/** Writes a file and renames it into place, so that a crash during the write leaves the previous list. */
function write(file: string, entries: readonly Pid[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(entries, null, 2));
  renameSync(`${file}.new`, file);
}

/** Ends the processes that a crashed run has left behind. Resolves with their names. */
export async function endLeftovers(file: string): Promise<string[]> {
  const ours = readPids(file).filter(isOurs);
  await Promise.all(ours.map(end));
  if (existsSync(file)) write(file, []);
  return ours.map(({ name }) => name);
}

async function end(entry: Pid): Promise<void> {
  signalProcess(entry.pid, "SIGTERM");
  signalProcess(entry.pid, "SIGCONT");
  const gone = async () => !isOurs(entry);
  await until(gone, { limitMs: GRACE_MS, what: entry.name }).catch(() => signalProcess(entry.pid, "SIGKILL"));
}

/** Sends a signal to a process, or with a negative number to a group. A process that has ended is not an error. */
export function signalProcess(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Compares only the arguments, because `java` may be a script that becomes another program. */
const isOurs = ({ pid, args }: Pid) => commandLine(pid)?.endsWith(args) ?? false;

/** Returns the command line of a process with spaces between the words, or null if there is no such process. */
export function commandLine(pid: number): string | null {
  try {
    if (existsSync("/proc/self/cmdline"))
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim() || null;
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).trim() || null;
  } catch {
    return null;
  }
}
