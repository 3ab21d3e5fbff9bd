import { type Addresses, CannotStart, type Part, type Stack } from "../stack.ts";
import { answers, registryAnswers, takesConnection } from "./answers.ts";

const VARIABLES = {
  kafka: "KAFKA_BROKERS",
  registry: "SCHEMA_REGISTRY_URL",
  mongodb: "MONGODB_URI",
} as const;

/** What runs elsewhere: nothing is started, each part is checked. Throws CannotStart naming those that do not answer. */
export async function openExternal(env: NodeJS.ProcessEnv): Promise<Stack> {
  const addresses = requireAddresses(env);
  const checks = checksFor(env);
  const parts = Object.keys(VARIABLES) as Part[];
  const answered = await Promise.all(parts.map((part) => checks[part](addresses[part])));
  const silent = parts.filter((_, index) => !answered[index]);
  if (silent.length > 0) throw new CannotStart(silent.map(silentText).join("\n"));
  return { provider: "external", addresses, ...NOT_OURS };
}

/** The three addresses; null where one is not set. */
export function givenAddresses(env: NodeJS.ProcessEnv): Addresses | null {
  const { KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry, MONGODB_URI: mongodb } = env;
  return kafka && registry && mongodb ? { kafka, registry, mongodb } : null;
}

function requireAddresses(env: NodeJS.ProcessEnv): Addresses {
  const addresses = givenAddresses(env);
  if (addresses) return addresses;
  const missing = Object.values(VARIABLES).filter((name) => !env[name]);
  throw new CannotStart(`the external stack needs ${missing.join(", ")}`);
}

/** The address itself stays unsaid: it may hold a password. */
const silentText = (part: Part) =>
  part === "mongodb"
    ? `${part} does not answer as a writable replica set at MONGODB_URI`
    : `${part} does not answer at ${VARIABLES[part]}`;

/** Of a broker behind TLS or SASL only the door is tried: the services know how to open it and say why they cannot. */
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
  throw new Error(`${part} runs elsewhere: it is not ours to control`);
};

const NOT_OURS = {
  kill: refuse,
  pause: refuse,
  resume: refuse,
  start: refuse,
  ended: () => new Promise<string>(() => {}),
  stop: async () => {},
};
