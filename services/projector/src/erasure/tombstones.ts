import type { Erasure, ErasureSubject, EventKind, Repeated } from "@teravoz/domain";
import {
  type ConsumedRecord,
  LOG_CLEAN_MS,
  LOG_KEY_CLEAN_MS,
  type Publisher,
  type TopicNames,
} from "@teravoz/kafka";

/**
 * The key of the record that closes the segment of each partition once a day. No key of an event contains a control
 * character.
 */
export const TICK_KEY = "\u0000tick";

/**
 * The header of a tombstone that answers dropped records: the moment up to which it erases. Later events of an agent
 * must stay.
 */
const ERASED_AT = "erased_at";
/** The header of a tombstone that erases single events of its key: their uuids. */
const UUIDS = "uuids";
/** The most uuids in one tombstone: some 7 KB. */
const UUIDS_AT_ONCE = 200;

/** The maximum number of tombstones that wait for an acknowledgement, far below the limit of the publisher's queue. */
export const TOMBSTONES_AT_ONCE = 500;

type Outlet = { publisher: Pick<Publisher, "publish">; topics: TopicNames };
type Tombstone = ErasureSubject & Partial<Repeated>;

/** Writes tombstones. Resolves when the brokers have acknowledged all of them. Safe to repeat. Throws Unavailable. */
export async function publishTombstones(
  { publisher, topics }: Outlet,
  erasures: readonly Tombstone[],
): Promise<void> {
  const tombstones = erasures.flatMap(divide);
  for (let at = 0; at < tombstones.length; at += TOMBSTONES_AT_ONCE) {
    const sent = tombstones.slice(at, at + TOMBSTONES_AT_ONCE).map((tombstone) =>
      publisher.publish({
        topic: topicOf(topics, tombstone.kind),
        key: tombstone.key,
        value: null,
        ...headersOf(tombstone),
      }),
    );
    await Promise.all(sent);
  }
}

/** Divides a tombstone that names many events into several. */
function divide({ uuids, ...tombstone }: Tombstone): Tombstone[] {
  if (uuids === undefined) return [tombstone];
  const parts = Math.max(1, Math.ceil(uuids.length / UUIDS_AT_ONCE));
  return Array.from({ length: parts }, (_, part) => {
    const at = part * UUIDS_AT_ONCE;
    return { ...tombstone, uuids: uuids.slice(at, at + UUIDS_AT_ONCE) };
  });
}

function headersOf({ erased_at, uuids }: Tombstone): { headers?: Record<string, string> } {
  const headers = {
    ...(erased_at && { [ERASED_AT]: erased_at.toISOString() }),
    ...(uuids && { [UUIDS]: uuids.join(",") }),
  };
  return Object.keys(headers).length > 0 ? { headers } : {};
}

export const topicOf = (topics: TopicNames, kind: EventKind): string =>
  kind === "call" ? topics.callEvents : topics.agentEvents;

export const kindOf = (topics: TopicNames, topic: string): EventKind =>
  topic === topics.callEvents ? "call" : "agent";

/**
 * The number of erasures that a record adds to the transaction of its batch. A tombstone counts once for each uuid that
 * it names.
 */
export const weightOf = ({ value, headers }: ConsumedRecord): number =>
  value === null ? Math.max(1, readUuids(headers)?.length ?? 1) : 0;

/** An erasure, and the offset of its tombstone. */
export type LoggedErasure = Erasure & { offset: number };

/** Reads the erasures among records of a topic: its tombstones, without the daily ticks. */
export function readErasures(
  topics: TopicNames,
  topic: string,
  records: readonly ConsumedRecord[],
): LoggedErasure[] {
  return records
    .filter(({ key, value }) => value === null && key !== null && key.toString() !== TICK_KEY)
    .map((record) => readErasure(kindOf(topics, topic), record));
}

/**
 * Reads the erasure of a tombstone. The key of an agent's tombstone may name a person, so the log is clean only when
 * the tombstone is gone too.
 */
function readErasure(kind: EventKind, { key, headers, timestamp, offset }: ConsumedRecord): LoggedErasure {
  const repeatedAt = Date.parse(String(headers[ERASED_AT]));
  const isRepeated = !Number.isNaN(repeatedAt);
  const erased_at = new Date(isRepeated ? Math.min(repeatedAt, timestamp) : timestamp);
  const uuids = kind === "agent" ? readUuids(headers) : null;
  return {
    kind,
    key: String(key),
    erased_at,
    log_clean_by: cleanBy(kind, timestamp),
    isRepeated,
    offset,
    ...(uuids && { uuids }),
  };
}

/** The time by which the log no longer holds any data that a tombstone written at `writtenMs` erases. */
export const cleanBy = (kind: EventKind, writtenMs: number): Date =>
  new Date(writtenMs + (kind === "call" ? LOG_CLEAN_MS : LOG_KEY_CLEAN_MS));

/** The form of an event's uuid. Other text in the header is ignored. */
const UUID = /^[\w-]{1,64}$/;

/** Reads the uuids of a tombstone. Null if the tombstone erases all events of its key. */
function readUuids(headers: ConsumedRecord["headers"]): string[] | null {
  const text = headers[UUIDS]?.toString();
  return text === undefined ? null : text.split(",").filter((uuid) => UUID.test(uuid));
}
