import { join } from "node:path";
import type { ChildSpec } from "../process/child.ts";

/** Where the processes of a stack run. */
export type Workspace = {
  /** Holds data/, logs/ and pids.json. */
  dir: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  /** The settings that the process of this name has in common with the others. */
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
