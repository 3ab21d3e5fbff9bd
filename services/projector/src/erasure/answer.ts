import {
  type CallStore,
  type Erased,
  type Erasure,
  type Event,
  erasedPersonOf,
  erasureOf,
  type FindParties,
  isErased,
  type LedgerKey,
  type LoggedEvent,
  latestErased,
  ledgerId,
  ledgerKeysOf,
  NOBODY,
  type Parties,
  type Person,
  partsOf,
  personsOf,
  type Repeated,
  subjectOf,
} from "@teravoz/domain";
import type { ConsumedBatch, ConsumedRecord, TopicNames } from "@teravoz/kafka";
import { type RepublishPorts, republishOthers } from "./republish.ts";
import { cleanBy, kindOf, type LoggedErasure, publishTombstones } from "./tombstones.ts";

/**
 * The facts about a record that decide whether it is erased: its subject, its times and its text. A record that cannot
 * be read has no uuid and no event.
 */
export type Trace = Pick<LoggedEvent, "kind" | "aggregate_id" | "occurred_at" | "received_at" | "source"> & {
  uuid?: string;
  text: string;
  event?: Event;
};

export const traceOfEvent = (event: LoggedEvent): Trace => {
  const { uuid, kind, aggregate_id, occurred_at, received_at, source, payload } = event;
  return { uuid, kind, aggregate_id, occurred_at, received_at, source, text: payload, event };
};

/** The trace of a record that cannot be read. Its key is that of its subject, and its only stamp is the broker's. */
export const traceOf = (
  topics: TopicNames,
  { topic, partition }: ConsumedBatch,
  { key, offset, timestamp, value }: ConsumedRecord,
): Trace => ({
  kind: kindOf(topics, topic),
  aggregate_id: String(key ?? ""),
  occurred_at: null,
  received_at: new Date(timestamp),
  source: { topic, partition, offset },
  text: String(value ?? ""),
});

export type AnswerPorts = RepublishPorts & {
  store: Pick<CallStore, "findErased" | "knowsPersons" | "ledgerEpoch" | "listAgentEvents">;
  findParties: FindParties;
};

export type Answered = {
  /** The erasures that the ledger has for these records, and the epoch in which it was read. */
  known: Erased[];
  epoch: number;
  /** Erasures that no tombstone has requested yet: those of calls and events about an erased person. */
  demanded: Erasure[];
  /** Returns whether a record is erased. */
  goes(trace: Trace): boolean;
};

type Verdict = { erased: Map<string, Erased>; barred: ReadonlySet<Trace>; goes(trace: Trace): boolean };

/**
 * Writes a tombstone after each record that is dropped because its subject, or a person it names, was erased. Otherwise
 * the record would be the last value of its key, and would stay in the log for ever. Only a record with a value is
 * answered, so that a tombstone never causes another tombstone.
 */
export async function answerErased(
  ports: AnswerPorts,
  { topic, partition }: Pick<ConsumedBatch, "topic" | "partition">,
  traces: readonly Trace[],
  erasures: readonly LoggedErasure[],
): Promise<Answered> {
  const epoch = await ports.store.ledgerEpoch(topic, partition);
  const isWorthIt = traces.length < MANY || (await ports.store.knowsPersons());
  const named = traces.map((trace) => ({
    trace,
    parties: isWorthIt ? ports.findParties(trace.text) : NOBODY,
  }));
  const known = await ports.store.findErased(keysOf(named));
  const { demanded, barred } = demandErasures(named, { known, erasures, now: ports.now() });
  const erased = latestErased<Erased>([...known, ...partsOf([...erasures, ...demanded])]);
  const goes = (trace: Trace) => barred.has(trace) || erasureOf(trace, erased) !== undefined;
  await answer(ports, traces, erasures, { erased, barred, goes });
  return { known, epoch, demanded, goes };
}

/**
 * From this number of records on, it is quicker to ask first whether any person is erased than to find the persons that
 * each record names.
 */
const MANY = 50;

type Named = { trace: Trace; parties: Parties };

function keysOf(named: readonly Named[]): LedgerKey[] {
  const persons = new Map<string, Person>();
  for (const { parties } of named)
    for (const person of personsOf(parties)) persons.set(ledgerId(person), person);
  return [...ledgerKeysOf(named.map(({ trace }) => trace)), ...persons.values()];
}

/**
 * Finds the further erasures that follow from erased persons. A call in which an erased person is a party is erased
 * whole. An agent's key loses only the event, because others may share the key.
 */
function demandErasures(
  named: readonly Named[],
  { known, erasures, now }: { known: readonly Erased[]; erasures: readonly Erasure[]; now: Date },
): { demanded: Erasure[]; barred: Set<Trace> } {
  const erased = latestErased<Erased>([...known, ...partsOf(erasures)]);
  const demanded = new Map<string, Erasure & { uuids?: string[] }>();
  const barred = new Set<Trace>();
  if (erased.size === 0) return { demanded: [], barred };
  for (const { trace, parties } of named) {
    const person = erasureOf(trace, erased) ? null : erasedPersonOf(trace, parties, erased);
    if (!person) continue;
    barred.add(trace);
    const erasure = demanded.get(ledgerId(subjectOf(trace))) ?? demandFor(trace, person, now);
    if (trace.uuid !== undefined) erasure.uuids?.push(trace.uuid);
    demanded.set(ledgerId(subjectOf(trace)), erasure);
  }
  return { demanded: [...demanded.values()], barred };
}

const demandFor = (trace: Trace, asked_for: Person, now: Date): Erasure & { uuids?: string[] } => ({
  ...subjectOf(trace),
  erased_at: now,
  log_clean_by: cleanBy(trace.kind, now.getTime()),
  isRepeated: true,
  asked_for,
  ...(trace.kind === "agent" && { uuids: [] }),
});

/** Writes the tombstones. A key whose last record among these is a tombstone needs none. */
async function answer(
  ports: AnswerPorts,
  traces: readonly Trace[],
  erasures: readonly LoggedErasure[],
  verdict: Verdict,
): Promise<void> {
  const answered = new Map(erasures.map((each) => [ledgerId(each), each.offset]));
  const unanswered = Map.groupBy(
    traces.filter(
      (trace) =>
        verdict.goes(trace) && trace.source.offset > (answered.get(ledgerId(subjectOf(trace))) ?? -1),
    ),
    (trace) => ledgerId(subjectOf(trace)),
  );
  const tombstones = [...unanswered.values()].map((gone) => tombstoneFor(gone, verdict));
  await publishTombstones(ports, tombstones);
  for (const { kind, key, uuids } of tombstones)
    if (kind === "agent" && uuids) await republishKept(ports, key, traces, verdict);
}

function tombstoneFor(gone: readonly Trace[], { erased, barred }: Verdict): Repeated {
  const subject = subjectOf(gone[0]!);
  const whole = erased.get(ledgerId(subject));
  const isWhole = whole && gone.every((trace) => !barred.has(trace) && isErased(trace, whole));
  if (whole && (subject.kind === "call" || isWhole)) return { ...subject, erased_at: whole.erased_at };
  const [first] = gone.flatMap((trace) => erasureOf(trace, erased)?.erased_at ?? []);
  const uuids = gone.flatMap(({ uuid }) => uuid ?? []);
  return { ...subject, erased_at: first ?? gone[0]!.received_at, uuids };
}

const republishKept = (
  ports: AnswerPorts,
  key: string,
  traces: readonly Trace[],
  { erased, goes }: Verdict,
): Promise<void> => {
  const kept = traces.filter((trace) => trace.kind === "agent" && trace.aggregate_id === key && !goes(trace));
  const isGone = (event: Event) => erasureOf(event, erased) !== undefined;
  return republishOthers(
    ports,
    key,
    isGone,
    kept.flatMap(({ event }) => event ?? []),
  );
};
