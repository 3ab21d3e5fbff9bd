import { spawn } from "node:child_process";

export type RunOptions = {
  cwd?: string | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
};

/** The length of the end of a command's output that shows why it failed. */
const REASON_LINES = 5;

/**
 * Runs a command to its end; resolves with what it wrote, both streams. Rejects with the end of that where it fails, with
 * the signal's reason where it was called off. It has a process group of its own: Ctrl-C at the terminal is for us
 * to act on, not for it to die of.
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { timeoutMs = 0, cwd, env, signal } = options;
  const child = spawn(command, args, {
    cwd,
    env,
    signal,
    timeout: timeoutMs,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => (said += text));
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      const why = said.trim().split("\n").slice(-REASON_LINES).join("\n") || String(cause);
      reject(
        signal?.aborted ? signal.reason : new Error(`${command} ${args[0] ?? ""} failed: ${why}`, { cause }),
      );
    };
    child.once("error", fail);
    child.once("close", (code, ended) =>
      code === 0 ? resolve(said) : fail(new Error(`ended with ${code ?? ended}`)),
    );
  });
}

/** Whether a command runs and ends well. */
export const works = (command: string, args: readonly string[], options: RunOptions = {}) =>
  run(command, args, options).then(
    () => true,
    () => false,
  );
