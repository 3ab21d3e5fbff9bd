import { join } from "node:path";
import type { ChildSpec } from "../process/child.ts";

/** The directories and the environment of a stack's processes. */
export type Workspace = {
  /** The directory of data/, logs/ and pids.json. */
  dir: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  /** Returns the settings of the named process that all processes have in common. */
  processOf(name: string): Omit<ChildSpec, "command" | "args">;
};

export const createWorkspace = (dir: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Workspace => ({
  dir,
  env,
  signal,
  processOf: (name) => ({
    name,
    env,
    cwd: join(dir, "data"),
    log: join(dir, "logs", `${name}.log`),
    pids: join(dir, "pids.json"),
  }),
});
