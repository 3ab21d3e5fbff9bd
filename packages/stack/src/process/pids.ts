import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { until } from "./until.ts";

/** A process that was started, with the arguments it is known by: its number alone may be another's by now. */
export type Pid = { name: string; pid: number; args: string };

/** A service stops within ten seconds, Kafka and MongoDB in two or three. */
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

/** Renamed into place, so that a death in mid-write leaves the list before. */
function write(file: string, entries: readonly Pid[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(entries, null, 2));
  renameSync(`${file}.new`, file);
}

/** Ends what a run that died hard has left behind; resolves with the names of what was ended. */
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

/** To a process, or with a negative number to a group; one that has ended is no mistake. */
export function signalProcess(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** By the arguments only: `java` may be a script that becomes another program. */
const isOurs = ({ pid, args }: Pid) => commandLine(pid)?.endsWith(args) ?? false;

/** The command line of a process, words parted by blanks; null where there is no such process. */
export function commandLine(pid: number): string | null {
  try {
    if (existsSync("/proc/self/cmdline"))
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim() || null;
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).trim() || null;
  } catch {
    return null;
  }
}
