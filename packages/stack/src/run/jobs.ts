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

/** Creates the topics and registers the schemas; what it says is in topics.log. */
export async function createTopics(addresses: Addresses, { dir, env, signal }: JobOptions): Promise<void> {
  const command = join(ROOT, "packages", "kafka", "src", "topics-command.ts");
  const settings = { cwd: ROOT, env: { ...env, ...compileCacheEnv(env), ...addressEnv(addresses) }, signal };
  await logged("topics", dir, run(process.execPath, [command], settings));
}

/** Builds the page that realtime serves, unless what is built is newer than what it is made from. */
export async function buildDashboard({ dir, env, signal }: JobOptions): Promise<"built" | "as it was"> {
  const realtime = join(ROOT, "services", "realtime");
  const vite = join(realtime, "node_modules", "vite", "bin", "vite.js");
  if (!existsSync(join(realtime, "vite.config.ts")) || isBuilt(realtime)) return "as it was";
  const settings = { cwd: realtime, env: { ...env, NODE_ENV: "production" }, signal };
  await logged("dashboard", dir, run(process.execPath, [vite, "build"], settings));
  return "built";
}

/** Vite empties dist and writes all of it anew: any file in it tells when. */
function isBuilt(realtime: string): boolean {
  const dist = ["dist", join("web", "dist")].map((path) => join(realtime, path)).find(existsSync);
  if (!dist) return false;
  const sources = newest(join(realtime, "web"), (path) => !/(^|\/)(dist|node_modules)\//.test(path));
  const settings = statSync(join(realtime, "vite.config.ts")).mtimeMs;
  return newest(dist, () => true) > Math.max(sources, settings);
}

function newest(dir: string, counts: (path: string) => boolean): number {
  if (!existsSync(dir)) return 0;
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter(counts);
  return Math.max(0, ...files.map((file) => statSync(join(dir, file)).mtimeMs));
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
