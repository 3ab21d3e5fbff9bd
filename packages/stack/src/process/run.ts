import { spawn } from "node:child_process";

export type RunOptions = {
  cwd?: string | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
};

/** The number of lines from the end of the output that an error quotes. */
const REASON_LINES = 5;

/**
 * Runs a command to its end. Resolves with its output, both streams. Rejects with the end of the output if the command
 * fails, and with the signal's reason if it was aborted. The command has a separate process group: Ctrl-C at the
 * terminal reaches only this process.
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

/** Returns whether a command runs and succeeds. */
export const works = (command: string, args: readonly string[], options: RunOptions = {}) =>
  run(command, args, options).then(
    () => true,
    () => false,
  );
