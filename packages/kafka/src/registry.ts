import { COMPATIBILITY, SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import type { Config, registrySettings } from "@teravoz/runtime";
import { schemas as ours } from "@teravoz/schemas";
import { withDeadline } from "./deadline.ts";
import type { TopicNames } from "./topics.ts";

export type RegistryConfig = Config<typeof registrySettings>;

const REQUEST_TIMEOUT_MS = 5_000;

/** The registry's client has no limit of its own: one that went away without a word would be waited for for ever. */
export const inTime = <T>(answer: Promise<T>): Promise<T> => withDeadline(answer, REQUEST_TIMEOUT_MS);

/** The kinds of records in our topics. */
export type RecordKind = "call" | "agent" | "change" | "status";

export type RegistrySubject = { subject: string; schema: string };

/** The subject of each topic, and the schema that is written under it. */
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

/** One request past the client, which reports "unreachable" as status 400: the answer's status, or null where there is none. */
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

/** The subjects of everyone that the registry has. Throws where it does not answer, or refuses to. */
export async function listSubjects(config: RegistryConfig): Promise<string[]> {
  const answer = await requestRegistry(config, "/subjects");
  if (!answer.ok) throw new Error(`the registry does not list its subjects (${answer.status})`);
  return (await answer.json()) as string[];
}

const compatibility = COMPATIBILITY.FULL_TRANSITIVE;

/**
 * Registers every schema under its subject: old readers read new records and new readers old ones, back to the
 * first. Idempotent. Throws where the registry refuses one (it is not compatible) or does not answer.
 */
export async function registerSchemas(config: RegistryConfig, topics: TopicNames): Promise<string[]> {
  const registry = openRegistry(config);
  const subjects = Object.values(subjectsOf(topics));
  for (const { subject, schema } of subjects) await registerSchema(registry, config, subject, schema);
  return subjects.map(({ subject }) => subject);
}

/** Registers one schema; answers its id. */
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

/** A subject that is not there yet cannot have a rule: it is set before a second schema comes and again after the first. */
async function requireCompatibility(config: RegistryConfig, subject: string): Promise<void> {
  const body = JSON.stringify({ compatibility });
  const status = await askRegistry(config, `/config/${encodeURIComponent(subject)}`, { method: "PUT", body });
  if (status !== 200 && status !== 404)
    throw new Error(`the registry refused ${compatibility} for ${subject} (${status})`);
}

class UnexpectedAnswer extends Error {}

/** The id of a schema under its subject; null where the registry does not have it. Throws where the registry does not answer. */
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
  if (!answer.ok) throw new UnexpectedAnswer(`the registry answers ${answer.status}`);
  return ((await answer.json()) as { id: number }).id;
}

/** Names the subjects whose schema is not registered as this release writes it. */
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
