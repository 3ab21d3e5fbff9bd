import {
  type Change,
  type Event,
  type EventKind,
  isEventId,
  type ServiceStatus,
  Unavailable,
} from "@teravoz/domain";
import type { Check, Log } from "@teravoz/runtime";
import { schemas as ours } from "@teravoz/schemas";
import type avsc from "avsc";
import type { KafkaClient } from "../client/client.ts";
import { createRecordReader, type Decoded, type RecordType, typeOf } from "../log/reader.ts";
import type { TopicNames } from "../topics/topics.ts";
import { type RecordKind, type RegistryConfig, subjectsOf } from "./registry.ts";
import { createSchemaIds, RELOOK_MS } from "./schema-ids.ts";
import { toWire } from "./wire.ts";

export type Codec = {
  /**
   * Resolves once the registry has all our schemas, and retries until then. A registry that lost its data gets them
   * again if each schema gets the id that it had before.
   */
  ready(): Promise<void>;
  check(): Check;
  /** Encodes an event in the Confluent wire format. Throws Unavailable before `ready` has resolved. */
  encodeEvent(event: Event): Promise<Buffer>;
  encodeChange(change: Change): Promise<Buffer>;
  encodeStatus(status: ServiceStatus): Promise<Buffer>;
  /**
   * Decodes a record with our schema of the same name, whatever release wrote it. Throws Undecodable for a record that
   * is not one of our events. Throws Unavailable while the registry does not answer, and for one of our records that
   * our schema cannot read: a newer release wrote it, and it must wait for such a release. With `kind`, the event must
   * be of the kind that its topic holds.
   */
  decodeEvent(value: Buffer, kind?: EventKind): Promise<Event>;
  decodeChange(value: Buffer): Promise<Change>;
  decodeStatus(value: Buffer): Promise<ServiceStatus>;
};

export function createCodec({
  config,
  topics,
  client,
  log,
  schemas = ours,
  relookMs = RELOOK_MS,
}: {
  config: RegistryConfig;
  topics: TopicNames;
  /**
   * Reads the schema ids of the log after the registry has lost its data. Without a client an operator must then run
   * `topics`.
   */
  client?: KafkaClient;
  log: Log;
  /** The schemas for writing and reading (default: those of this release). */
  schemas?: typeof ours;
  /** The interval of the check that the registry still has our schemas, in ms. */
  relookMs?: number;
}): Codec {
  const types = typesOf(topics, schemas);
  const reader = createRecordReader({ config, log, schemas });
  const ids = createSchemaIds({
    config,
    topics,
    schemas,
    client,
    relookMs,
    log,
    onIds: (found) =>
      reader.renew(Object.entries(found).map(([kind, id]) => [id, types[kind as RecordKind]])),
  });
  const encode = async (kind: RecordKind, record: unknown): Promise<Buffer> => {
    const id = ids.of(kind);
    if (id === undefined) throw new Unavailable("the schema ids are not known yet");
    return toWire(id, types[kind].toBuffer(record));
  };
  return {
    ready: () => ids.ready(),
    check: () => worse(ids.check(), reader.check()),
    encodeEvent: (event) => encode(event.kind, eventRecord(event)),
    encodeChange: (change) => encode("change", change),
    encodeStatus: (status) => encode("status", statusRecord(status)),
    decodeEvent: async (value, kind) => readEvent(await reader.read(value, eventTypes(kind), isItself)),
    decodeChange: async (value) => readChange((await reader.read(value, ["teravoz.CallChange"])).record),
    decodeStatus: async (value) =>
      readStatus((await reader.read(value, ["teravoz.ServiceStatus"])).record as StatusRecord),
  };
}

const typesOf = (topics: TopicNames, schemas: typeof ours): Record<RecordKind, avsc.Type> =>
  Object.fromEntries(
    Object.entries(subjectsOf(topics, schemas)).map(([kind, { schema }]) => [kind, typeOf(schema)]),
  ) as Record<RecordKind, avsc.Type>;

const worse = (one: Check, other: Check): Check => (one.ok || (one.tolerated && !other.ok) ? other : one);

const eventTypes = (kind?: EventKind): readonly RecordType[] =>
  (["call", "agent"] as const).filter((each) => !kind || each === kind).map((each) => EVENT_TYPES[each]);

const EVENT_TYPES = { call: "teravoz.CallEvent", agent: "teravoz.AgentEvent" } as const;

/**
 * Returns whether the decoded record is an event with the right id. An event's id is derived from its body, so no other
 * schema can read both a body and its matching id from the same bytes.
 */
const isItself = ({ record: { uuid, payload, received_at } }: Decoded): boolean =>
  isEventId(uuid as string, Buffer.from(payload as string), new Date(received_at as number));

const eventRecord = ({ kind, aggregate_id, occurred_at, received_at, delivery_id: _, ...event }: Event) => ({
  ...event,
  [kind === "call" ? "call_id" : "key"]: aggregate_id,
  occurred_at: occurred_at?.getTime() ?? null,
  received_at: received_at.getTime(),
});

/** A status as it is on the wire, where times are ms since the epoch. */
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

/** Copies the fields that we know into plain objects, because records of avsc are instances of its own classes. */
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
  installation: status.installation,
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
