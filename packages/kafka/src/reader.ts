import type { SchemaRegistry } from "@kafkajs/confluent-schema-registry";
import { Unavailable } from "@teravoz/domain";
import type { Check, Log } from "@teravoz/runtime";
import { type schemas as ours, releasedSchemas } from "@teravoz/schemas";
import avsc from "avsc";
import { askRegistry, inTime, openRegistry, type RegistryConfig } from "./registry.ts";
import { fromWire } from "./wire.ts";

/** The bytes are no record of ours and never will be; `reason` is the one that dead-letters give. */
export class Undecodable extends Error {
  override name = "Undecodable";
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}

export type RecordType =
  | "teravoz.CallEvent"
  | "teravoz.AgentEvent"
  | "teravoz.CallChange"
  | "teravoz.ServiceStatus";

export type Decoded = { name: RecordType; record: Record<string, unknown> };

/** Whether a record says of itself that it was read by the schema that wrote it. */
export type Proof = (decoded: Decoded) => boolean;

export type RecordReader = {
  /** Not ok while records of ours wait for a newer release. */
  check(): Check;
  /** Drops the cached schemas of a registry that has reassigned its ids. `ids` are those of our own schemas. */
  renew(ids: [id: number, type: avsc.Type][]): void;
  /**
   * Reads a record of one of these types by our schema of its name, whatever release wrote it. Throws Undecodable for what is no record
   * of these types, Unavailable while the registry does not answer and for a record of ours whose schema ours cannot read.
   * A registry that lost its data may have given the id of a record to another schema: a record that has a `proof` is then
   * read by the schema that it proves.
   */
  read(value: Buffer, names: readonly RecordType[], proof?: Proof): Promise<Decoded>;
};

/** The registry does not know the id. */
const UNKNOWN_SCHEMA = "unknown-schema";
/** An id that the registry does not know is not asked for again so soon. */
const UNKNOWN_FOR_MS = 30_000;
/** Readiness names an unreadable schema until no record of it was met for this long: a record that waits is tried every 5 s. */
const UNREADABLE_FOR_MS = 30_000;

/** How the records of a schema are read. `read` is null if ours cannot resolve it. */
type Reader = { name: RecordType; read: ((payload: Buffer) => unknown) | null };

type State = {
  config: RegistryConfig;
  registry: SchemaRegistry;
  log: Log;
  /** Our schemas by their full names. */
  types: ReadonlyMap<string, avsc.Type>;
  /** Of every schema that we know: this release's, and each that was ever released. */
  known: readonly Reader[];
  /** By schema id; null for a schema that is none of ours. */
  readers: Map<number, Reader | null>;
  /** Schema ids that cannot be looked up, why, and until when that is believed. */
  refused: Map<number, { reason: string; until: number }>;
  /** By schema id, whether the registry's schema is the one of its records. Where a record has proved another, all of them must prove it. */
  trusted: Map<number, boolean>;
  /** Why the last record that must wait for a newer release does so, and until when readiness says it. */
  waiting: { reason: string; until: number } | null;
};

export function createRecordReader({
  config,
  log,
  schemas,
}: {
  config: RegistryConfig;
  log: Log;
  schemas: typeof ours;
}): RecordReader {
  const types = Object.values(schemas).map(typeOf);
  const byName = new Map(types.map((type) => [String(type.name), type]));
  const state: State = {
    config,
    registry: openRegistry(config),
    log,
    types: byName,
    known: [...types, ...releasedSchemas.map(typeOf)]
      .map((type) => createReader(byName, type))
      .filter((reader) => reader !== null),
    readers: new Map(),
    refused: new Map(),
    trusted: new Map(),
    waiting: null,
  };
  return {
    check: () => {
      const { waiting } = state;
      return waiting && waiting.until > Date.now() ? { ok: false, reason: waiting.reason } : { ok: true };
    },
    renew: (ids) => {
      // the client keeps each schema that it has seen, for ever
      state.registry = openRegistry(config);
      state.readers = new Map(ids.map(([id, type]) => [id, createReader(byName, type)]));
      state.refused.clear();
      state.trusted.clear();
    },
    read: async (value, names, proof) => {
      const wire = fromWire(value);
      if (!wire) throw new Undecodable("not-avro");
      return readRecord(state, { ...wire, names, proof });
    },
  };
}

export const typeOf = (text: string): avsc.Type => avsc.Type.forSchema(JSON.parse(text));

type Asked = { id: number; record: Buffer; names: readonly RecordType[]; proof: Proof | undefined };

async function readRecord(state: State, asked: Asked): Promise<Decoded> {
  const { id, proof } = asked;
  const read = await readByRegistry(state, asked).catch(asExpected);
  if (!proof) return orThrow(state, id, read);
  if (!(read instanceof Error)) {
    if (state.trusted.get(id)) return read;
    if (proof(read)) {
      if (!state.trusted.has(id)) state.trusted.set(id, true);
      return read;
    }
  }
  // an id without a schema is no other schema's: the record is parked, and can be redriven once the registry knows it
  if (read instanceof Undecodable && read.reason === UNKNOWN_SCHEMA) throw read;
  return readByProof(state, asked) ?? orThrow(state, id, read);
}

/** A record of ours whose schema ours cannot read. */
class NewerSchema extends Error {
  readonly type: RecordType;
  constructor(type: RecordType) {
    super("newer schema");
    this.type = type;
  }
}

type Expected = Undecodable | NewerSchema;

function asExpected(error: unknown): Expected {
  if (error instanceof Undecodable || error instanceof NewerSchema) return error;
  throw error;
}

function orThrow(state: State, id: number, read: Decoded | Expected): Decoded {
  if (read instanceof NewerSchema) throw waitForRelease(state, id, read.type);
  if (read instanceof Error) throw read;
  return read;
}

async function readByRegistry(state: State, { id, record, names }: Asked): Promise<Decoded> {
  const reader = await readerOf(state, id);
  if (reader === null || !names.includes(reader.name)) throw new Undecodable("foreign-schema");
  if (!reader.read) throw new NewerSchema(reader.name);
  return decode(reader, record);
}

function decode({ name, read }: Reader, record: Buffer): Decoded {
  try {
    return { name, record: read!(record) as Record<string, unknown> };
  } catch (cause) {
    throw new Undecodable("not-avro", { cause });
  }
}

const OTHER_SCHEMA =
  "the registry has another schema under the id of a record: the record is read by the schema that it proves";

/** Undefined where the record proves none of the schemas that we know. */
function readByProof({ known, trusted, log }: State, { id, record, names, proof }: Asked) {
  for (const reader of known.filter(({ name }) => names.includes(name))) {
    const read = tryDecode(reader, record);
    if (!read || !proof!(read)) continue;
    if (trusted.get(id) !== false) log.error({ schema: id, name: read.name }, OTHER_SCHEMA);
    trusted.set(id, false);
    return read;
  }
  return undefined;
}

/** Undefined where the bytes are no record of this schema. */
function tryDecode(reader: Reader, record: Buffer): Decoded | undefined {
  try {
    return decode(reader, record);
  } catch {
    return undefined;
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
 * lacks are left out.
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
  if (status === 404) return UNKNOWN_SCHEMA;
  const isCompiling = (error as Error).name === "ConfluentSchemaRegistryArgumentError";
  return status === 200 && isCompiling ? "foreign-schema" : null;
}
