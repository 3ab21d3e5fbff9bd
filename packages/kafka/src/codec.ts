import { setTimeout as sleep } from "node:timers/promises";
import type { SchemaRegistry } from "@kafkajs/confluent-schema-registry";
import { SchemaType } from "@kafkajs/confluent-schema-registry";
import { type Change, type Event, type EventKind, type ServiceStatus, Unavailable } from "@teravoz/domain";
import type { Check, Log } from "@teravoz/runtime";
import { releasedSchemas, schemas } from "@teravoz/schemas";
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

/** Bytes no reader of ours will ever understand; `reason` is what dead-letters say of them. */
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
  /** Throws Undecodable for what is no event of ours, Unavailable while the registry cannot tell. */
  decodeEvent(value: Buffer): Promise<Event>;
  decodeChange(value: Buffer): Promise<Change>;
  decodeStatus(value: Buffer): Promise<ServiceStatus>;
};

const RETRY_MS = 1_000;
/** An id that came to nothing at the registry is not asked for again so soon. */
const UNKNOWN_FOR_MS = 30_000;

type State = {
  config: RegistryConfig;
  registry: SchemaRegistry;
  log: Log;
  ids: Partial<Record<RecordKind, number>>;
  /** All of them are known. */
  resolved: boolean;
  /** Schema ids looked at: the name of the record where it is one of ours. */
  names: Map<number, string | null>;
  /** Those that came to nothing, why, and until when that is believed. */
  refused: Map<number, { reason: string; until: number }>;
};

export function createCodec({
  config,
  topics,
  log,
}: {
  config: RegistryConfig;
  topics: TopicNames;
  log: Log;
}): Codec {
  const state: State = {
    config,
    registry: openRegistry(config),
    log,
    ids: {},
    resolved: false,
    names: new Map(),
    refused: new Map(),
  };
  return {
    ready: () => resolveIds(state, topics),
    check: () =>
      state.resolved ? { ok: true } : { ok: false, reason: "schemas not found at the registry yet" },
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

/** Services only look up: registering is the topics command's. */
async function resolveIds(state: State, topics: TopicNames): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const subjects = Object.entries(subjectsOf(topics)) as [RecordKind, Subject][];
      await Promise.all(subjects.map(([name, subject]) => resolveId(state, name, subject)));
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

const eventRecord = ({ kind, aggregate_id, occurred_at, received_at, ...event }: Event) => ({
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
  /** Not in a record of the release before. */
  refused?: { kind: string; name: string; count: number; last: number }[];
};

const statusRecord = ({ at, started_at, answers, refused, ...status }: ServiceStatus): StatusRecord => ({
  ...status,
  at: at.getTime(),
  started_at: started_at.getTime(),
  answers: answers.map(({ minute, ...counted }) => ({ ...counted, minute: minute.getTime() })),
  refused: refused.map(({ last, ...counted }) => ({ ...counted, last: last.getTime() })),
});

type Decoded = { name: string; record: Record<string, unknown> };

async function decode(state: State, value: Buffer, names: string[]): Promise<Decoded> {
  if (value.length < 5 || value[0] !== 0) throw new Undecodable("not-avro");
  const name = await recordName(state, value.readInt32BE(1));
  if (name === null || !names.includes(name)) throw new Undecodable("foreign-schema");
  try {
    return { name, record: (await state.registry.decode(value)) as Record<string, unknown> };
  } catch (cause) {
    throw new Undecodable("not-avro", { cause });
  }
}

/** Full names and fingerprints of the schemas we know: a registry that forgot could hand old ids to other schemas. */
const known = new Set(
  [...Object.values(schemas), ...releasedSchemas].map((text) =>
    fingerprint(avsc.Type.forSchema(JSON.parse(text))),
  ),
);

type NamedType = { name?: string | undefined; fingerprint(): Buffer };

function fingerprint(type: NamedType): string {
  return `${type.name} ${type.fingerprint().toString("hex")}`;
}

/** JSON Schema and Protobuf have none. */
const isAvro = (type: object): type is NamedType => "fingerprint" in type;

async function recordName(state: State, id: number): Promise<string | null> {
  const name = state.names.get(id);
  if (name !== undefined) return name;
  const refused = state.refused.get(id);
  if (refused && refused.until > Date.now()) throw new Undecodable(refused.reason);
  const type = await findSchema(state, id);
  const found = isAvro(type) && known.has(fingerprint(type)) ? (type.name ?? null) : null;
  state.names.set(id, found);
  return found;
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

/** A schema that is there and that the client cannot compile is somebody else's; our own it can. */
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
  refused = [],
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
