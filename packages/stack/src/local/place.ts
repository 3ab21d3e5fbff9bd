import { join } from "node:path";
import type { ChildSpec } from "../process/child.ts";
import type { Part } from "../stack.ts";

/** Where a part runs. */
export type Place = {
  /** Holds data/, logs/ and pids.json. */
  dir: string;
  port: number;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  /** What its process has in common with those of the other parts. */
  processOf(part: Part): Omit<ChildSpec, "command" | "args">;
};

export const createPlace = (
  dir: string,
  port: number,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Place => ({
  dir,
  port,
  env,
  signal,
  processOf: (part) => ({
    name: part,
    env,
    cwd: join(dir, "data"),
    log: join(dir, "logs", `${part}.log`),
    pids: join(dir, "pids.json"),
  }),
});
