import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ROOT } from "../open-stack.ts";
import { rotateLog } from "../process/log-file.ts";
import { run } from "../process/run.ts";
import { type Addresses, CannotStart } from "../stack.ts";
import { compileCacheEnv } from "./compile-cache.ts";
import { addressEnv } from "./services.ts";

export type JobOptions = { dir: string; env: NodeJS.ProcessEnv; signal: AbortSignal };

/** Creates the topics and registers the schemas. The output is in topics.log. */
export async function createTopics(addresses: Addresses, { dir, env, signal }: JobOptions): Promise<void> {
  const command = join(ROOT, "packages/kafka/src/topics/topics-command.ts");
  const settings = { cwd: ROOT, env: { ...env, ...compileCacheEnv(env), ...addressEnv(addresses) }, signal };
  await logged("topics", dir, run(process.execPath, [command], settings));
}

const BOARD = join(ROOT, "services", "board");
/** The files and folders from which the page is built. */
export const PAGE_SOURCES = [
  ...["src", "index.html", "vite.config.ts"].map((name) => join(BOARD, name)),
  ...["domain", "protocol"].map((name) => join(ROOT, "packages", name, "src")),
];

/** Builds the page that realtime serves, unless the built page is newer than all of its sources. */
export async function buildDashboard({ dir, env, signal }: JobOptions): Promise<"built" | "up to date"> {
  if (isBuilt()) return "up to date";
  const vite = join(BOARD, "node_modules", "vite", "bin", "vite.js");
  const settings = { cwd: BOARD, env: { ...env, NODE_ENV: "production" }, signal };
  await logged("dashboard", dir, run(process.execPath, [vite, "build"], settings));
  return "built";
}

/**
 * Returns whether the built page is up to date. Vite empties dist and writes all of it again, so any file in it has the
 * time of the build.
 */
const isBuilt = (): boolean => newest(join(BOARD, "dist")) > Math.max(...PAGE_SOURCES.map(newest));

/** Returns the time in ms at which a file, or any file of a folder, last changed. Returns 0 if there is none. */
function newest(path: string): number {
  if (!existsSync(path)) return 0;
  if (statSync(path).isFile()) return statSync(path).mtimeMs;
  const entries = readdirSync(path, { recursive: true, encoding: "utf8" });
  return Math.max(0, ...entries.map((entry) => statSync(join(path, entry)).mtimeMs));
}

async function logged(name: string, dir: string, job: Promise<string>): Promise<void> {
  const log = join(dir, "logs", `${name}.log`);
  rotateLog(log);
  await mkdir(dirname(log), { recursive: true });
  await job.then(
    (output) => writeFile(log, output),
    async (error: Error) => {
      await writeFile(log, `${error.message}\n`);
      throw new CannotStart(`${name}: ${error.message}`, { cause: error });
    },
  );
}
