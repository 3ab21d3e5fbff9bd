import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

export type RunOptions = {
  cwd?: string | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
};

/**
 * Runs a command to its end; resolves with what it wrote, both streams. Rejects with the end
 * of that where it fails, with the signal's reason where it was called off.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { timeoutMs = 0, cwd, env, signal } = options;
  const settings = { timeout: timeoutMs, cwd, env, signal, maxBuffer: 16 * 1024 * 1024 };
  try {
    const { stdout, stderr } = await execute(command, [...args], settings);
    return stdout + stderr;
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(`${command} ${args[0] ?? ""} failed: ${reason(error)}`, { cause: error });
  }
}

/** What the command said last is why; a command that is not there says nothing. */
function reason(error: unknown): string {
  const { stdout = "", stderr = "", message = "" } = error as Partial<Record<string, string>>;
  const said = `${stdout}${stderr}`.trim().split("\n").slice(-5).join("\n");
  return said || message;
}

/** Whether a command runs and ends well. */
export const works = (command: string, args: readonly string[], options: RunOptions = {}) =>
  run(command, args, options).then(
    () => true,
    () => false,
  );
