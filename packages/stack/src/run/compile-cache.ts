import { join } from "node:path";
import { ROOT } from "../open-stack.ts";

/**
 * Returns the environment that lets Node keep compiled modules on disk: a service then loads in 0.4 s of processor time
 * instead of 1 to 1.3. Node renames each file into place, so a killed process leaves no half-written file. The cache is
 * off while coverage is measured, because V8 counts less precisely in code from the cache.
 */
export function compileCacheEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env.NODE_V8_COVERAGE) return { NODE_DISABLE_COMPILE_CACHE: "1" };
  if (env.NODE_COMPILE_CACHE) return {};
  return { NODE_COMPILE_CACHE: join(ROOT, "node_modules", ".cache", "compile") };
}
