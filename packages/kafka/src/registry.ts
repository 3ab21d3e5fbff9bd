import { COMPATIBILITY, SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import type { Config, registrySettings } from "@teravoz/runtime";
import { schemas as ours } from "@teravoz/schemas";
import type { TopicNames } from "./topics.ts";

export type RegistryConfig = Config<typeof registrySettings>;

export const REQUEST_TIMEOUT_MS = 5_000;

/** The kinds of records in our topics. */
export type RecordKind = "call" | "agent" | "change" | "status";

export type Subject = { subject: string; schema: string };

/** The subject of each topic, and the schema that is written under it. */
export const subjectsOf = (topics: TopicNames, schemas = ours): Record<RecordKind, Subject> => ({
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
  const { SCHEMA_REGISTRY_USERNAME: user, SCHEMA_REGISTRY_PASSWORD: password } = config;
  const credentials = Buffer.from(`${user}:${password ?? ""}`).toString("base64");
  const headers = {
    "Content-Type": "application/json",
    ...(user ? { Authorization: `Basic ${credentials}` } : {}),
  };
  try {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const answer = await fetch(`${config.SCHEMA_REGISTRY_URL}${path}`, { ...init, headers, signal });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return null;
  }
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
  const { id } = await registry.register({ type: SchemaType.AVRO, schema }, { subject, compatibility });
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

/** Names the subjects whose schema is not registered as this release writes it. */
export async function findMissingSchemas(config: RegistryConfig, topics: TopicNames): Promise<string[]> {
  const looked = Object.values(subjectsOf(topics)).map(async ({ subject, schema }) => {
    const body = JSON.stringify({ schema });
    const status = await askRegistry(config, `/subjects/${encodeURIComponent(subject)}`, {
      method: "POST",
      body,
    });
    if (status === 200) return [];
    return [status === null ? "the registry does not answer" : `schema of ${subject} is not registered`];
  });
  return (await Promise.all(looked)).flat();
}
