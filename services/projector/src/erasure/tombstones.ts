import type { Erasure, ErasureSubject, EventKind, Repeated } from "@teravoz/domain";
import {
  type ConsumedRecord,
  LOG_CLEAN_MS,
  LOG_KEY_CLEAN_MS,
  type Publisher,
  type TopicNames,
} from "@teravoz/kafka";

/** Of the record that makes a partition's segment close once a day. No key of an event holds a control character. */
export const TICK_KEY = "\u0000tick";

/** On an answer: how far its erasure reaches. An agent's events that came since must stay. */
const ERASED_AT = "erased_at";
/** On a tombstone that takes only some of its key's events: which ones. */
const UUIDS = "uuids";
/** So many stand on one tombstone: some 7 KB. */
const UUIDS_AT_ONCE = 200;

/** Far under the publisher's queue. */
export const TOMBSTONES_AT_ONCE = 500;

type Outlet = { publisher: Pick<Publisher, "publish">; topics: TopicNames };
type Tombstone = ErasureSubject & Partial<Repeated>;

/** Resolves when the brokers have acknowledged all. Throws Unavailable; once more is harmless. */
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

/** One that names many events as several. */
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

/** How much a record weighs in the transaction of a batch: a tombstone as many erasures as it names. */
export const weightOf = ({ value, headers }: ConsumedRecord): number =>
  value === null ? Math.max(1, readUuids(headers)?.length ?? 1) : 0;

/** An erasure, and where in its partition it stands. */
export type LoggedErasure = Erasure & { offset: number };

/** The erasures among records of a topic: its tombstones, ticks apart. */
export function readErasures(
  topics: TopicNames,
  topic: string,
  records: readonly ConsumedRecord[],
): LoggedErasure[] {
  return records
    .filter(({ key, value }) => value === null && key !== null && key.toString() !== TICK_KEY)
    .map((record) => readErasure(kindOf(topics, topic), record));
}

/** The tombstone of an agent holds what names a person: it is clean when that is gone too. */
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

/** By when the log holds nothing any more of what a tombstone written then erases. */
export const cleanBy = (kind: EventKind, writtenMs: number): Date =>
  new Date(writtenMs + (kind === "call" ? LOG_CLEAN_MS : LOG_KEY_CLEAN_MS));

/** Of an event: what else a header holds is none of ours. */
const UUID = /^[\w-]{1,64}$/;

/** Null where the tombstone takes all of its key's events. */
function readUuids(headers: ConsumedRecord["headers"]): string[] | null {
  const text = headers[UUIDS]?.toString();
  return text === undefined ? null : text.split(",").filter((uuid) => UUID.test(uuid));
}
