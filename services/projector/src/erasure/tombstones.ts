import {
  type CallStore,
  type Erased,
  type Erasure,
  type EventKind,
  isErased,
  type LoggedEvent,
  latestErased,
  type Subject,
  subjectId,
  subjectOf,
  subjectsOf,
} from "@teravoz/domain";
import {
  type ConsumedBatch,
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

/** Far under the publisher's queue. */
export const TOMBSTONES_AT_ONCE = 500;

type Outlet = { publisher: Pick<Publisher, "publish">; topics: TopicNames };

/** Resolves when the brokers have acknowledged all. Throws Unavailable; once more is harmless. */
export async function publishTombstones(
  { publisher, topics }: Outlet,
  subjects: readonly (Subject | Erased)[],
): Promise<void> {
  for (let at = 0; at < subjects.length; at += TOMBSTONES_AT_ONCE) {
    const sent = subjects.slice(at, at + TOMBSTONES_AT_ONCE).map((subject) =>
      publisher.publish({
        topic: topicOf(topics, subject.kind),
        key: subject.key,
        value: null,
        ...("erased_at" in subject && { headers: { [ERASED_AT]: subject.erased_at.toISOString() } }),
      }),
    );
    await Promise.all(sent);
  }
}

export const topicOf = (topics: TopicNames, kind: EventKind): string =>
  kind === "call" ? topics.callEvents : topics.agentEvents;

const kindOf = (topics: TopicNames, topic: string): EventKind =>
  topic === topics.callEvents ? "call" : "agent";

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
  const told = Date.parse(String(headers[ERASED_AT]));
  const isRepeated = !Number.isNaN(told);
  const erased_at = new Date(isRepeated ? Math.min(told, timestamp) : timestamp);
  const cleanMs = kind === "call" ? LOG_CLEAN_MS : LOG_KEY_CLEAN_MS;
  const log_clean_by = new Date(timestamp + cleanMs);
  return { kind, key: String(key), erased_at, log_clean_by, isRepeated, offset };
}

/** Whose a record is and when it came, also where what it holds cannot be read. */
export type Trace = Pick<LoggedEvent, "kind" | "aggregate_id" | "occurred_at" | "received_at" | "source">;

/** Of a record that cannot be read: its key is its subject's, and the broker's stamp the only one. */
export const traceOf = (
  topics: TopicNames,
  { topic, partition }: ConsumedBatch,
  { key, offset, timestamp }: ConsumedRecord,
): Trace => ({
  kind: kindOf(topics, topic),
  aggregate_id: String(key ?? ""),
  occurred_at: null,
  received_at: new Date(timestamp),
  source: { topic, partition, offset },
});

/**
 * Writes a tombstone after each record that is to be dropped because its subject was erased: else it would be its key's last
 * value, and stay in the log for ever. Only a record with a value is ever answered, so that no tombstone provokes another.
 * Resolves with what the ledger knows of the records' subjects, and with which records go.
 */
export async function answerErased(
  ports: Outlet & { store: Pick<CallStore, "findErased"> },
  traces: readonly Trace[],
  erasures: readonly LoggedErasure[],
): Promise<{ known: Erased[]; goes(trace: Trace): boolean }> {
  const known = await ports.store.findErased(subjectsOf(traces));
  const erased = latestErased<Erased>([...known, ...erasures]);
  const goes = (trace: Trace) => {
    const subject = erased.get(subjectId(subjectOf(trace)));
    return subject !== undefined && isErased(trace, subject);
  };
  const answered = new Map(erasures.map((each) => [subjectId(each), each.offset]));
  const unanswered = new Map<string, Erased>();
  for (const trace of traces.filter(goes)) {
    const id = subjectId(subjectOf(trace));
    const { kind, key, erased_at } = erased.get(id)!;
    if (trace.source.offset > (answered.get(id) ?? -1)) unanswered.set(id, { kind, key, erased_at });
  }
  await publishTombstones(ports, [...unanswered.values()]);
  return { known, goes };
}
