import { type Addresses, CannotStart, type Part, type Stack } from "../stack.ts";
import { answers, registryAnswers, takesConnection } from "./answers.ts";

const VARIABLES = {
  kafka: "KAFKA_BROKERS",
  registry: "SCHEMA_REGISTRY_URL",
  mongodb: "MONGODB_URI",
} as const;

/**
 * Opens parts that run elsewhere: starts nothing and checks each part. Throws CannotStart with the names of those that
 * do not answer.
 */
export async function openExternal(env: NodeJS.ProcessEnv): Promise<Stack> {
  const addresses = requireAddresses(env);
  const checks = checksFor(env);
  const parts = Object.keys(VARIABLES) as Part[];
  const answered = await Promise.all(parts.map((part) => checks[part](addresses[part])));
  const silent = parts.filter((_, index) => !answered[index]);
  if (silent.length > 0) throw new CannotStart(silent.map(silentText).join("\n"));
  return { provider: "external", addresses, ...NOT_OURS };
}

/** Returns the three addresses, or null if one is not set. */
export function givenAddresses(env: NodeJS.ProcessEnv): Addresses | null {
  const { KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry, MONGODB_URI: mongodb } = env;
  return kafka && registry && mongodb ? { kafka, registry, mongodb } : null;
}

function requireAddresses(env: NodeJS.ProcessEnv): Addresses {
  const addresses = givenAddresses(env);
  if (addresses) return addresses;
  const missing = Object.values(VARIABLES).filter((name) => !env[name]);
  throw new CannotStart(`the external stack needs ${missing.join(", ")}: set them in the environment`);
}

/** Returns the error for a part that does not answer, without the address, which may contain a password. */
const silentText = (part: Part) =>
  part === "mongodb"
    ? `${part} does not answer as a writable replica set at MONGODB_URI`
    : `${part} does not answer at ${VARIABLES[part]}`;

/**
 * Returns the checks. A broker behind TLS or SASL is only checked for a connection: the services have the credentials
 * and report errors themselves.
 */
function checksFor(env: NodeJS.ProcessEnv): typeof answers {
  const guarded = env.KAFKA_TLS === "true" || env.KAFKA_SASL_MECHANISM;
  const headers = registryHeaders(env);
  return {
    ...answers,
    kafka: guarded ? takesConnection : answers.kafka,
    registry: (url) => registryAnswers(url, headers),
  };
}

function registryHeaders(env: NodeJS.ProcessEnv): Record<string, string> {
  const { SCHEMA_REGISTRY_USERNAME: user, SCHEMA_REGISTRY_PASSWORD: password = "" } = env;
  return user ? { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` } : {};
}

const refuse = async (part: Part): Promise<void> => {
  throw new Error(`${part} runs elsewhere: this process cannot control it`);
};

const NOT_OURS = {
  kill: refuse,
  pause: refuse,
  resume: refuse,
  start: refuse,
  ended: () => new Promise<string>(() => {}),
  stop: async () => {},
};
