import { sleep } from "@teravoz/runtime";
import { type schemas as ours, releasedSchemas } from "@teravoz/schemas";
import type avsc from "avsc";
import type { KafkaClient } from "../client/client.ts";
import { readSamples, type Sample } from "../log/log-schemas.ts";
import { typeOf } from "../log/reader.ts";
import type { TopicNames } from "../topics/topics.ts";
import {
  findSchemaId,
  listSubjects,
  openRegistry,
  type RecordKind,
  type RegistryConfig,
  registerSchema,
  subjectsOf,
} from "./registry.ts";

type Known = { kind: RecordKind; subject: string; schema: string; type: avsc.Type };

/** An id with which records were written. `isOf` returns whether it may have been the id of a schema. */
export type Witness = { id: number; isOf(schema: Known): boolean };

/**
 * The time over which instances spread their registrations. Instances that detect the loss at the same time would
 * otherwise take each other's ids. Each one checks the registry again before it registers.
 */
const SPREAD_MS = 2_000;

/**
 * Registers our schemas again at a registry that lost its data, but only if each schema gets the id that it had before.
 * There must be an order of registration that gives the known ids. The registry must be empty, or have only the first
 * schemas of this order because an earlier attempt was interrupted. Resolves to null once they are registered,
 * otherwise to the reason why they are not.
 */
export async function restoreSchemas({
  config,
  topics,
  schemas,
  witnesses,
  pause = sleep,
}: {
  config: RegistryConfig;
  topics: TopicNames;
  schemas: typeof ours;
  witnesses: readonly Witness[];
  /** Waits for some ms. */
  pause?: (ms: number) => Promise<unknown>;
}): Promise<string | null> {
  const order = ordersOf(topics, schemas).find((each) =>
    witnesses.every(({ id, isOf }) => each[id - 1] !== undefined && isOf(each[id - 1]!)),
  );
  if (!order) return "registering them again would assign other ids than the records have";
  await pause(Math.random() * SPREAD_MS);
  const begun = await countRegistered(config, order);
  if (begun === null) return "the registry has assigned ids to other schemas";
  if (begun > 0 && begun < order.length) {
    await pause(SPREAD_MS);
    if ((await countRegistered(config, order)) !== begun) return "another instance is registering them";
  }
  const registry = openRegistry(config);
  for (const [index, { subject, schema }] of order.entries()) {
    if (index < begun) continue;
    const id = await registerSchema(registry, config, subject, schema);
    if (id !== index + 1) return `the registry assigned ${subject} the id ${id}, not ${index + 1}`;
  }
  return null;
}

/** Returns how many of the first schemas of the order the registry has, each with its id; null if it has any other. */
async function countRegistered(config: RegistryConfig, order: readonly Known[]): Promise<number | null> {
  const subjects = await listSubjects(config);
  if (subjects.some((name) => !order.some(({ subject }) => subject === name))) return null;
  const ids = await Promise.all(order.map((each) => findSchemaId(config, each)));
  const count = ids.filter((id) => id !== null).length;
  return ids.every((id, index) => id === (index < count ? index + 1 : null)) ? count : null;
}

/**
 * Returns the orders in which our schemas may have been registered from id 1 on. Either all schemas of this release
 * were registered together, or those of the previous release first, and then those that this release has changed.
 */
function ordersOf(topics: TopicNames, schemas: typeof ours): Known[][] {
  const kinds = Object.entries(subjectsOf(topics, schemas)) as [
    RecordKind,
    { subject: string; schema: string },
  ][];
  const current = kinds.map(([kind, of]): Known => ({ kind, ...of, type: typeOf(of.schema) }));
  const released = releasedSchemas.map((schema) => ({ schema, type: typeOf(schema) }));
  const before = current.flatMap(({ kind, subject, type }) =>
    released
      .filter((each) => each.type.name === type.name)
      .map((each): Known => ({ kind, subject, ...each })),
  );
  const changed = current.filter(({ schema }) => !before.some((each) => each.schema === schema));
  return [current, [...before, ...changed]];
}

/** Returns the witnesses for the ids with which a process writes. */
export const witnessesOfIds = (
  ids: Partial<Record<RecordKind, number>>,
  schemas: Record<RecordKind, { schema: string }>,
): Witness[] =>
  (Object.entries(ids) as [RecordKind, number][]).map(([kind, id]) => ({
    id,
    isOf: (known) => known.kind === kind && known.schema === schemas[kind].schema,
  }));

/** Returns the witnesses for the ids in the log. Records that are not ours are ignored. */
export async function witnessesOfLog(
  client: KafkaClient,
  topics: TopicNames,
  schemas: typeof ours,
): Promise<Witness[]> {
  const { callEvents, agentEvents, callChanges, serviceStatus } = topics;
  const samples = await readSamples(client, [callEvents, agentEvents, callChanges, serviceStatus]);
  const known = ordersOf(topics, schemas).flat();
  return samples
    .map((sample): Witness => ({ id: sample.id, isOf: (each) => isWrittenBy(sample, each) }))
    .filter(({ isOf }) => known.some(isOf));
}

function isWrittenBy({ topic, record }: Sample, { subject, type }: Known): boolean {
  if (subject !== `${topic}-value`) return false;
  try {
    type.fromBuffer(record);
    return true;
  } catch {
    return false;
  }
}
