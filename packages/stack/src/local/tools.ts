import { run, works } from "../process/run.ts";
import { CannotStart } from "../stack.ts";

export type Tool = {
  name: string;
  /** The way to install it on Debian and its derivatives. */
  get: string;
  isThere(env: NodeJS.ProcessEnv): Promise<boolean>;
};

export const java: Tool = {
  name: "java (17 or later)",
  get: "apt-get install openjdk-17-jre-headless",
  isThere: async (env) => javaMajor(await run("java", ["-version"], { env }).catch(() => "")) >= 17,
};

export const maven: Tool = {
  name: "mvn",
  get: "apt-get install maven",
  isThere: (env) => works("mvn", ["-v"], { env }),
};

export const python: Tool = {
  name: "python3 with pip",
  get: "apt-get install python3-pip (or a mongod on the PATH)",
  isThere: (env) => works("python3", ["-m", "pip", "--version"], { env }),
};

/** Reads the feature release from the output of `java -version` ("1.8.0_292" is 8). Returns 0 if there is none. */
export function javaMajor(version: string): number {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return Number((first === "1" ? second : first) ?? 0);
}

/** Throws CannotStart with the names of all missing tools and how to install each. */
export async function requireTools(tools: readonly Tool[], env: NodeJS.ProcessEnv): Promise<void> {
  const there = await Promise.all(tools.map((tool) => tool.isThere(env)));
  const missing = tools.filter((_, index) => !there[index]);
  if (missing.length > 0) throw new CannotStart(missingText(missing));
}

export const missingText = (missing: readonly Pick<Tool, "name" | "get">[]): string =>
  [
    "the local stack needs programs that this machine does not have:",
    ...missing.map(({ name, get }) => `  ${name}: ${get}`),
    "or start Docker (STACK=containers), or set KAFKA_BROKERS, SCHEMA_REGISTRY_URL and MONGODB_URI (STACK=external)",
  ].join("\n");
