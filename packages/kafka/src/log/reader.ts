import type { SchemaRegistry } from "@kafkajs/confluent-schema-registry";
import { Unavailable } from "@teravoz/domain";
import type { Check, Log } from "@teravoz/runtime";
import { type schemas as ours, releasedSchemas } from "@teravoz/schemas";
import avsc from "avsc";
import { askRegistry, inTime, openRegistry, type RegistryConfig } from "../schemas/registry.ts";
import { fromWire } from "../schemas/wire.ts";

/** The error for bytes that are not one of our records and never will be. `reason` is the reason in dead-letters. */
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

/** Returns whether a decoded record proves by its content that it was read with the schema that wrote it. */
export type Proof = (decoded: Decoded) => boolean;

export type RecordReader = {
  /** Fails while some of our records wait for a newer release. */
  check(): Check;
  /** Drops the cached schemas of a registry that has reassigned its ids. `ids` are the ids of our own schemas. */
  renew(ids: [id: number, type: avsc.Type][]): void;
  /**
   * Reads a record of one of these types with our schema of the same name. Any release may have written it. Throws
   * Undecodable for a record that is not of these types. Throws Unavailable while the registry does not answer, and for
   * one of our records if our schema cannot read it. A registry that lost its data may have assigned the id of a record
   * to another schema: with `proof`, the record is then read with the schema for which `proof` returns true.
   */
  read(value: Buffer, names: readonly RecordType[], proof?: Proof): Promise<Decoded>;
};

/** The reason of a record whose schema id the registry does not know. */
const UNKNOWN_SCHEMA = "unknown-schema";
/** The time for which an id that the registry does not know is not looked up again. */
const UNKNOWN_FOR_MS = 30_000;
/**
 * The time for which readiness reports an unreadable schema after its last record was read. A waiting record is retried
 * every 5 s.
 */
const UNREADABLE_FOR_MS = 30_000;

/** The reader of the records of a schema. `read` is null if our schema cannot resolve it. */
type Reader = { name: RecordType; read: ((payload: Buffer) => unknown) | null };

type State = {
  config: RegistryConfig;
  registry: SchemaRegistry;
  log: Log;
  /** Our schemas by full name. */
  types: ReadonlyMap<string, avsc.Type>;
  /** The readers of every schema that we know: those of this release and all earlier ones. */
  known: readonly Reader[];
  /** The readers by schema id, null for a schema that is not ours. */
  readers: Map<number, Reader | null>;
  /** The schema ids that cannot be looked up, with the reason and the time until which they are not looked up again. */
  refused: Map<number, { reason: string; until: number }>;
  /**
   * For each schema id, whether the registry's schema is the schema of its records. Once the proof of one record has
   * shown another schema, `proof` must confirm the schema of each record with this id.
   */
  trusted: Map<number, boolean>;
  /** The reason of the last record that waits for a newer release, and the time until which readiness reports it. */
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
      // the client never drops a schema from its cache
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
  // an id without a schema does not belong to another schema: the record is parked, and can be redriven once the
  // registry has it
  if (read instanceof Undecodable && read.reason === UNKNOWN_SCHEMA) throw read;
  return readByProof(state, asked) ?? orThrow(state, id, read);
}

/** The error for one of our records that our schema cannot read. */
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
  "the registry has another schema under the id of a record, reading the record with the schema that its content confirms";

/**
 * Reads a record with the schema for which `proof` returns true. Returns undefined if none of the schemas that we know
 * is confirmed.
 */
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

/** Returns undefined if the bytes are not a record of this schema. */
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

const UNREADABLE = "this release cannot read the schema of a record: the record waits for a newer release";

/**
 * Creates the reader of a schema. A schema is ours if it has the full name of one of ours, of any release. Fields that
 * only our schema has get their defaults. Fields that our schema lacks are left out. Returns null for a schema that is
 * not ours.
 */
function createReader(types: State["types"], written: object): Reader | null {
  // schemas in JSON Schema and Protobuf are not Avro types
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

/**
 * Returns the error of a record that waits for a newer release. Readiness ignores a status, because the next one
 * follows soon and no call depends on it.
 */
function waitForRelease(state: State, id: number, name: RecordType): Unavailable {
  const reason = `this release cannot read schema ${id} of ${name}: its records wait for a newer release`;
  if (name !== "teravoz.ServiceStatus") state.waiting = { reason, until: Date.now() + UNREADABLE_FOR_MS };
  return new Unavailable(reason);
}

async function findSchema(state: State, id: number): Promise<object> {
  try {
    return await inTime(state.registry.getSchema(id));
  } catch (cause) {
    // the client reports an unreachable registry as status 400, so the registry is queried directly
    const reason = reasonOf(cause, await askRegistry(state.config, `/schemas/ids/${id}`));
    if (!reason) throw new Unavailable("the schema registry does not answer", { cause });
    state.refused.set(id, { reason, until: Date.now() + UNKNOWN_FOR_MS });
    throw new Undecodable(reason, { cause });
  }
}

/**
 * Returns why a schema cannot be used, or null if that is unknown. A schema that exists and that the client cannot
 * compile is not ours, because it can compile ours.
 */
function reasonOf(error: unknown, status: number | null): string | null {
  if (status === 404) return UNKNOWN_SCHEMA;
  const isCompiling = (error as Error).name === "ConfluentSchemaRegistryArgumentError";
  return status === 200 && isCompiling ? "foreign-schema" : null;
}
