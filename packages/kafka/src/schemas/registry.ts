import { COMPATIBILITY, SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import type { Config, registrySettings } from "@teravoz/runtime";
import { schemas as ours } from "@teravoz/schemas";
import { withDeadline } from "../client/deadline.ts";
import type { TopicNames } from "../topics/topics.ts";

export type RegistryConfig = Config<typeof registrySettings>;

const REQUEST_TIMEOUT_MS = 5_000;

/**
 * Limits the time of a request. The registry's client has no limit, and would wait forever for a registry that vanished
 * without closing the connection.
 */
export const inTime = <T>(answer: Promise<T>): Promise<T> => withDeadline(answer, REQUEST_TIMEOUT_MS);

/** The kinds of records in our topics. */
export type RecordKind = "call" | "agent" | "change" | "status";

export type RegistrySubject = { subject: string; schema: string };

/** Returns the subject of each kind of record and the schema that is registered under it. */
export const subjectsOf = (topics: TopicNames, schemas = ours): Record<RecordKind, RegistrySubject> => ({
  call: { subject: `${topics.callEvents}-value`, schema: schemas.CallEvent },
  agent: { subject: `${topics.agentEvents}-value`, schema: schemas.AgentEvent },
  change: { subject: `${topics.callChanges}-value`, schema: schemas.CallChange },
  status: { subject: `${topics.serviceStatus}-value`, schema: schemas.ServiceStatus },
});

export function openRegistry(config: RegistryConfig): SchemaRegistry {
  const username = config.SCHEMA_REGISTRY_USERNAME;
  const auth = username ? { auth: { username, password: config.SCHEMA_REGISTRY_PASSWORD ?? "" } } : {};
  return new SchemaRegistry({ host: config.SCHEMA_REGISTRY_URL, ...auth });
}

/**
 * Sends one request without the registry's client, which reports an unreachable registry as status 400. Returns the
 * status of the answer, or null if there is none.
 */
export async function askRegistry(
  config: RegistryConfig,
  path: string,
  init: RequestInit = {},
): Promise<number | null> {
  const answer = await requestRegistry(config, path, init).catch(() => null);
  await answer?.body?.cancel().catch(() => undefined);
  return answer?.status ?? null;
}

function requestRegistry(config: RegistryConfig, path: string, init: RequestInit = {}): Promise<Response> {
  const { SCHEMA_REGISTRY_USERNAME: user, SCHEMA_REGISTRY_PASSWORD: password } = config;
  const credentials = Buffer.from(`${user}:${password ?? ""}`).toString("base64");
  const headers = {
    "Content-Type": "application/json",
    ...(user ? { Authorization: `Basic ${credentials}` } : {}),
  };
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  return fetch(`${config.SCHEMA_REGISTRY_URL}${path}`, { ...init, headers, signal });
}

/** Returns all subjects of the registry, including those of others. Throws if it does not answer or refuses. */
export async function listSubjects(config: RegistryConfig): Promise<string[]> {
  const answer = await requestRegistry(config, "/subjects");
  if (!answer.ok) throw new Error(`the registry refused to list its subjects (status ${answer.status})`);
  return (await answer.json()) as string[];
}

const compatibility = COMPATIBILITY.FULL_TRANSITIVE;

/**
 * Registers every schema under its subject, and returns the subjects. The required compatibility lets old readers read
 * new records and new readers old ones, back to the first. Idempotent. Throws if the registry refuses a schema (it is
 * not compatible) or does not answer.
 */
export async function registerSchemas(config: RegistryConfig, topics: TopicNames): Promise<string[]> {
  const registry = openRegistry(config);
  const subjects = Object.values(subjectsOf(topics));
  for (const { subject, schema } of subjects) await registerSchema(registry, config, subject, schema);
  return subjects.map(({ subject }) => subject);
}

/** Registers one schema and returns its id. */
export async function registerSchema(
  registry: SchemaRegistry,
  config: RegistryConfig,
  subject: string,
  schema: string,
): Promise<number> {
  await requireCompatibility(config, subject);
  const { id } = await inTime(
    registry.register({ type: SchemaType.AVRO, schema }, { subject, compatibility }),
  );
  await requireCompatibility(config, subject);
  return id;
}

/**
 * Sets the compatibility rule of a subject. A subject without a schema cannot have a rule, so this is called before and
 * after a registration: the rule is in force before a second schema is registered.
 */
async function requireCompatibility(config: RegistryConfig, subject: string): Promise<void> {
  const body = JSON.stringify({ compatibility });
  const status = await askRegistry(config, `/config/${encodeURIComponent(subject)}`, { method: "PUT", body });
  if (status === null)
    throw new Error(`the registry did not answer when compatibility ${compatibility} was set for ${subject}`);
  if (status !== 200 && status !== 404)
    throw new Error(`the registry refused compatibility ${compatibility} for ${subject} (status ${status})`);
}

class UnexpectedAnswer extends Error {}

/**
 * Returns the id of a schema under its subject, or null if the registry does not have it. Throws if the registry does
 * not answer.
 */
export async function findSchemaId(
  config: RegistryConfig,
  { subject, schema }: RegistrySubject,
): Promise<number | null> {
  const body = JSON.stringify({ schema });
  const answer = await requestRegistry(config, `/subjects/${encodeURIComponent(subject)}`, {
    method: "POST",
    body,
  });
  if (answer.status === 404) return null;
  if (!answer.ok) throw new UnexpectedAnswer(`the registry answered with status ${answer.status}`);
  return ((await answer.json()) as { id: number }).id;
}

/** Describes the subjects whose schema is not registered in the version that this release writes. */
export async function findMissingSchemas(config: RegistryConfig, topics: TopicNames): Promise<string[]> {
  const looked = Object.values(subjectsOf(topics)).map(async (each) => {
    try {
      const id = await findSchemaId(config, each);
      return id === null ? [`schema of ${each.subject} is not registered`] : [];
    } catch (error) {
      return [error instanceof UnexpectedAnswer ? error.message : "the registry does not answer"];
    }
  });
  return (await Promise.all(looked)).flat();
}
