import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { compileCacheEnv, ROOT } from "@teravoz/stack";
import type { Gateway } from "../services/gateway.ts";

export type CommandResult = {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
};

type Options = {
  /** Path of the module that is run (default: the command itself). */
  main?: string;
  env?: NodeJS.ProcessEnv;
};

/** Starts `rebuild:calls` as a process with the environment of this one and `env`. */
export function startRebuild(args: string[], { main, env = {} }: Options = {}) {
  const module = main ?? join(ROOT, "services/projector/src/rebuild/command.ts");
  const child = spawn(process.execPath, [module, ...args], {
    env: { ...process.env, ...compileCacheEnv(process.env), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  const done: Promise<CommandResult> = once(child, "close").then(([code, signal]) => ({
    code,
    signal,
    ...said,
  }));
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), done };
}

/** The settings of the command for the calls of a gateway. */
export function rebuildEnv({ db, opened }: Gateway): NodeJS.ProcessEnv {
  const uri = new URL(process.env.MONGODB_URI!);
  uri.pathname = `/${db.databaseName}`;
  return { MONGODB_URI: uri.href, TOPIC_PREFIX: opened.prefix };
}
