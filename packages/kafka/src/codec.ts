import { setTimeout as sleep } from "node:timers/promises";
import type { SchemaRegistry } from "@kafkajs/confluent-schema-registry";
import { SchemaType } from "@kafkajs/confluent-schema-registry";
import { type Change, type Event, type EventKind, type ServiceStatus, Unavailable } from "@teravoz/domain";
import type { Check, Log } from "@teravoz/runtime";
import { schemas as ours } from "@teravoz/schemas";
import avsc from "avsc";
import { withDeadline } from "./deadline.ts";
import {
  askRegistry,
  openRegistry,
  REQUEST_TIMEOUT_MS,
  type RecordKind,
  type RegistryConfig,
  type Subject,
  subjectsOf,
} from "./registry.ts";
import type { TopicNames } from "./topics.ts";

/** The bytes are no record of ours and never will be; `reason` is the one that dead-letters give. */
export class Undecodable extends Error {
  override name = "Undecodable";
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}

export type Codec = {
  /** Resolves once the registry knows every schema of ours: tries until then. */
  ready(): Promise<void>;
  check(): Check;
  /** Confluent wire format. Throws Unavailable before `ready`. */
  encodeEvent(event: Event): Promise<Buffer>;
  encodeChange(change: Change): Promise<Buffer>;
  encodeStatus(status: ServiceStatus): Promise<Buffer>;
  /**
   * Reads a record by our schema of its name, whatever release wrote it. Throws Undecodable for what is no event of ours,
   * Unavailable while the registry does not answer and for a record of ours whose schema ours cannot read: it was written
   * by a newer release, and must wait for one.
   */
  decodeEvent(value: Buffer): Promise<Event>;
  decodeChange(value: Buffer): Promise<Change>;
  decodeStatus(value: Buffer): Promise<ServiceStatus>;
};

const RETRY_MS = 1_000;
/** An id that the registry does not know is not asked for again so soon. */
const UNKNOWN_FOR_MS = 30_000;
/** Readiness names an unreadable schema until no record of it was met for this long: a record that waits is tried every 5 s. */
const UNREADABLE_FOR_MS = 30_000;

type RecordType = "teravoz.CallEvent" | "teravoz.AgentEvent" | "teravoz.CallChange" | "teravoz.ServiceStatus";

/** How the records of a schema id are read: null for a schema that is none of ours, `read` is null if ours cannot resolve it. */
type Reader = { name: RecordType; read: ((payload: Buffer) => unknown) | null };

type State = {
  config: RegistryConfig;
  registry: SchemaRegistry;
  log: Log;
  ids: Partial<Record<RecordKind, number>>;
  /** All of them are known. */
  resolved: boolean;
  /** Our schemas by their full names. */
  types: ReadonlyMap<string, avsc.Type>;
  /** By schema id. */
  readers: Map<number, Reader | null>;
  /** Schema ids that cannot be looked up, why, and until when that is believed. */
  refused: Map<number, { reason: string; until: number }>;
  /** Why the last record that must wait for a newer release does so, and until when readiness says it. */
  waiting: { reason: string; until: number } | null;
};

export function createCodec({
  config,
  topics,
  log,
  schemas = ours,
}: {
  config: RegistryConfig;
  topics: TopicNames;
  log: Log;
  /** The schemas to write and to read by (default: those of this release). */
  schemas?: typeof ours;
}): Codec {
  const state: State = {
    config,
    registry: openRegistry(config),
    log,
    ids: {},
    resolved: false,
    types: new Map(
      Object.values(schemas).map((text) => {
        const type = avsc.Type.forSchema(JSON.parse(text));
        return [String(type.name), type];
      }),
    ),
    readers: new Map(),
    refused: new Map(),
    waiting: null,
  };
  return {
    ready: () => resolveIds(state, subjectsOf(topics, schemas)),
    check: () => checkState(state),
    encodeEvent: (event) => encode(state, event.kind, eventRecord(event)),
    encodeChange: (change) => encode(state, "change", change),
    encodeStatus: (status) => encode(state, "status", statusRecord(status)),
    decodeEvent: async (value) =>
      readEvent(await decode(state, value, ["teravoz.CallEvent", "teravoz.AgentEvent"])),
    decodeChange: async (value) => readChange((await decode(state, value, ["teravoz.CallChange"])).record),
    decodeStatus: async (value) =>
      readStatus((await decode(state, value, ["teravoz.ServiceStatus"])).record as StatusRecord),
  };
}

function checkState({ resolved, waiting }: State): Check {
  if (!resolved) return { ok: false, reason: "schemas not found at the registry yet" };
  if (waiting && waiting.until > Date.now()) return { ok: false, reason: waiting.reason };
  return { ok: true };
}

/** Services only look up: registering is the topics command's. */
async function resolveIds(state: State, subjects: Record<RecordKind, Subject>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const all = Object.entries(subjects) as [RecordKind, Subject][];
      await Promise.all(all.map(([name, subject]) => resolveId(state, name, subject)));
      state.resolved = true;
      state.log.info({ attempt }, "schemas found");
      return;
    } catch (err) {
      if (attempt % 30 === 0) state.log.warn({ err }, "schemas not found at the registry, trying again");
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }
}

async function resolveId(
  { registry, ids }: State,
  name: RecordKind,
  { subject, schema }: Subject,
): Promise<void> {
  const id = await inTime(registry.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema }));
  await inTime(registry.getSchema(id));
  ids[name] = id;
}

/** The registry's client has no limit of its own: one that went away without a word would be waited for for ever. */
const inTime = <T>(answer: Promise<T>): Promise<T> => withDeadline(answer, REQUEST_TIMEOUT_MS);

async function encode(state: State, name: RecordKind, record: unknown): Promise<Buffer> {
  const id = state.ids[name];
  if (id === undefined) throw new Unavailable("the schemas are not known yet");
  return state.registry.encode(id, record);
}

const eventRecord = ({ kind, aggregate_id, occurred_at, received_at, delivery_id: _, ...event }: Event) => ({
  ...event,
  [kind === "call" ? "call_id" : "key"]: aggregate_id,
  occurred_at: occurred_at?.getTime() ?? null,
  received_at: received_at.getTime(),
});

/** Times are ms since the epoch on the wire. */
type StatusRecord = Omit<ServiceStatus, "at" | "started_at" | "answers" | "refused"> & {
  at: number;
  started_at: number;
  answers: { minute: number; status: number; count: number }[];
  refused: { kind: string; name: string; count: number; last: number }[];
};

const statusRecord = ({ at, started_at, answers, refused, ...status }: ServiceStatus): StatusRecord => ({
  ...status,
  at: at.getTime(),
  started_at: started_at.getTime(),
  answers: answers.map(({ minute, ...counted }) => ({ ...counted, minute: minute.getTime() })),
  refused: refused.map(({ last, ...counted }) => ({ ...counted, last: last.getTime() })),
});

type Decoded = { name: RecordType; record: Record<string, unknown> };

async function decode(state: State, value: Buffer, names: RecordType[]): Promise<Decoded> {
  if (value.length < 5 || value[0] !== 0) throw new Undecodable("not-avro");
  const id = value.readInt32BE(1);
  const reader = await readerOf(state, id);
  if (reader === null || !names.includes(reader.name)) throw new Undecodable("foreign-schema");
  const { name, read } = reader;
  if (!read) throw waitForRelease(state, id, name);
  try {
    return { name, record: read(value.subarray(5)) as Record<string, unknown> };
  } catch (cause) {
    throw new Undecodable("not-avro", { cause });
  }
}

async function readerOf(state: State, id: number): Promise<Reader | null> {
  const known = state.readers.get(id);
  if (known !== undefined) return known;
  const refused = state.refused.get(id);
  if (refused && refused.until > Date.now()) throw new Undecodable(refused.reason);
  const reader = createReader(state.types, await findSchema(state, id));
  if (reader?.read === null) state.log.error({ schema: id, name: reader.name }, UNREADABLE);
  state.readers.set(id, reader);
  return reader;
}

const UNREADABLE =
  "a record of ours has a schema that this release cannot read: it waits for a newer release";

/**
 * A record is ours by its full name, whatever release wrote it: fields that ours has more take their defaults, fields that it
 * lacks are left out. A registry that forgot its schemas may have given an id of ours to another team's record.
 */
function createReader(types: State["types"], written: object): Reader | null {
  // JSON Schema and Protobuf have no types of Avro
  if (!("fingerprint" in written)) return null;
  const writer = written as avsc.Type;
  const type = types.get(String(writer.name));
  if (!type) return null;
  const name = type.name as RecordType;
  if (type.equals(writer)) return { name, read: (payload) => type.fromBuffer(payload) };
  try {
    const resolver = type.createResolver(writer);
    return { name, read: (payload) => type.fromBuffer(payload, resolver) };
  } catch {
    return { name, read: null };
  }
}

/** A status is left out of readiness: the next one comes soon, and no call depends on it. */
function waitForRelease(state: State, id: number, name: RecordType): Unavailable {
  const reason = `this release cannot read schema ${id} of ${name}: its records wait for a newer release`;
  if (name !== "teravoz.ServiceStatus") state.waiting = { reason, until: Date.now() + UNREADABLE_FOR_MS };
  return new Unavailable(reason);
}

async function findSchema(state: State, id: number): Promise<object> {
  try {
    return await inTime(state.registry.getSchema(id));
  } catch (cause) {
    // the client calls an unreachable registry a status 400: only the registry's own answer is believed
    const reason = reasonOf(cause, await askRegistry(state.config, `/schemas/ids/${id}`));
    if (!reason) throw new Unavailable("the schema registry does not answer", { cause });
    state.refused.set(id, { reason, until: Date.now() + UNKNOWN_FOR_MS });
    throw new Undecodable(reason, { cause });
  }
}

/** A schema that is there and that the client cannot compile is none of ours: ours it can. */
function reasonOf(error: unknown, status: number | null): string | null {
  if (status === 404) return "unknown-schema";
  const isCompiling = (error as Error).name === "ConfluentSchemaRegistryArgumentError";
  return status === 200 && isCompiling ? "foreign-schema" : null;
}

function readEvent({ name, record }: Decoded): Event {
  const kind: EventKind = name === "teravoz.CallEvent" ? "call" : "agent";
  return {
    uuid: record.uuid as string,
    kind,
    aggregate_id: (kind === "call" ? record.call_id : record.key) as string,
    type: record.type as string,
    occurred_at: record.occurred_at === null ? null : new Date(record.occurred_at as number),
    received_at: new Date(record.received_at as number),
    payload: record.payload as string,
  };
}

const readChange = ({ key, kind, version, erased }: Record<string, unknown>): Change => ({
  key: key as string,
  kind: kind as EventKind,
  version: version as number,
  erased: erased as boolean,
});

/** Plain objects of the names we know: avsc's records have classes of their own. */
const readStatus = ({
  at,
  started_at,
  answers,
  refused,
  failing,
  figures,
  ...status
}: StatusRecord): ServiceStatus => ({
  service: status.service,
  instance: status.instance,
  version: status.version,
  state: status.state,
  at: new Date(at),
  started_at: new Date(started_at),
  failing: failing.map(({ name, reason, tolerated }) => ({ name, reason, tolerated })),
  figures: { ...figures },
  answers: answers.map(({ minute, status: answered, count }) => ({
    minute: new Date(minute),
    status: answered,
    count,
  })),
  refused: refused.map(({ kind, name, count, last }) => ({
    kind: kind === "origin" ? "origin" : "path",
    name,
    count,
    last: new Date(last),
  })),
});
