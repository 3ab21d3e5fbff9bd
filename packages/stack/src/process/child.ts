import { spawn } from "node:child_process";
import { appendFileSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { forgetPid, recordPid, signalProcess } from "./pids.ts";
import { until, type Wait } from "./until.ts";

export type ChildSpec = {
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** The file to which the output is appended. */
  log: string;
  /** The file with the processes to end after a crash of this one. */
  pids: string;
};

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

/** One run of a process. */
export type Child = {
  name: string;
  pid: number;
  log: string;
  exited: Promise<Exit>;
  /** Returns the way in which it ended, or null while it runs. */
  exit(): Exit | null;
  /** Sends a signal to the process and its children. Does nothing after the end. */
  signal(name: NodeJS.Signals): void;
};

/** The shell's exit code for a command that is not found. */
const NOT_FOUND = 127;

/**
 * Starts a process in a separate group: a Ctrl-C at the terminal reaches only this process, which stops the others in
 * order.
 */
export function spawnChild(spec: ChildSpec): Child {
  const { child, pid } = launch(spec);
  let ended: Exit | null = null;
  if (pid) recordPid(spec.pids, { name: spec.name, pid, args: spec.args.join(" ") });
  const exited = new Promise<Exit>((resolve) => {
    const end = (exit: Exit) => {
      ended = exit;
      forgetPid(spec.pids, pid);
      resolve(exit);
    };
    child.once("exit", (code, signal) => end({ code, signal }));
    child.once("error", (error) => {
      appendFileSync(spec.log, `${error.message}\n`);
      end({ code: NOT_FOUND, signal: null });
    });
  });
  const signal = (name: NodeJS.Signals) => void (pid && !ended && signalProcess(-pid, name));
  return { name: spec.name, pid, log: spec.log, exited, exit: () => ended, signal };
}

function launch({ command, args, env, cwd, log }: ChildSpec) {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, "a");
  const child = spawn(command, args, { env, cwd, stdio: ["ignore", output, output], detached: true });
  closeSync(output);
  return { child, pid: child.pid ?? 0 };
}

/** Stops a process, and kills it after `graceMs`. A paused process is resumed, so that it receives the signal. */
export async function endChild(child: Child, graceMs: number): Promise<Exit> {
  child.signal("SIGTERM");
  child.signal("SIGCONT");
  const timer = setTimeout(() => child.signal("SIGKILL"), graceMs);
  const exit = await child.exited;
  clearTimeout(timer);
  return exit;
}

/** Resolves once `serves` resolves with true. Throws when the process ends first, and after the limit. */
export function untilServing(child: Child, serves: () => Promise<boolean>, limit: Omit<Wait, "what">) {
  const servesAlive = async () => {
    const exit = child.exit();
    if (exit) throw new Error(`${child.name} ${describeExit(exit)}`);
    return serves();
  };
  return until(servesAlive, { ...limit, what: `${child.name} serves` });
}

export const describeExit = ({ code, signal }: Exit) =>
  signal ? `ended by ${signal}` : `ended with code ${code}`;
