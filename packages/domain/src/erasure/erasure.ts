import type { Event, EventKind } from "../event/event.ts";
import type { Parties, Person } from "./parties.ts";

/** Erased by its key: a call, or the events of an agent. */
export type Subject = { kind: EventKind; key: string };

/** An entry of the ledger of erasures: a call, an agent, a single event of no call (`key` is its uuid), or a person. */
export type LedgerKey = { kind: EventKind | "event" | Person["kind"]; key: string };

/**
 * Something that was erased. A call is gone for good, and so is a single event; an agent lives on, and loses its events up to
 * `erased_at`; a person's events up to then stay out wherever they come from.
 */
export type Erased = LedgerKey & {
  erased_at: Date;
  /** Of a person: up to then also what is only possibly about it stays out. */
  possible_until?: Date;
};

/** A tombstone as it was read from the log, or an erasure that the ledger demands of an event that was read. */
export type Erasure = Subject & {
  erased_at: Date;
  /** By then the log holds nothing of the subject that was written before the tombstone. */
  log_clean_by: Date;
  /** It says an earlier erasure once more (an answer, a sweep): what was asked for since waits for a tombstone of its own. */
  isRepeated?: boolean;
  /** Only these events of the agent go: the key is shared. */
  uuids?: readonly string[];
  /** For whom the ledger demands it. */
  asked_for?: Person;
};

/** An erasure that is written into the log once more. */
export type Repeated = Pick<Erasure, "kind" | "key" | "erased_at" | "uuids">;

/** One thing that an erasure erases. */
export type ErasedPart = Omit<Erasure, "kind" | "uuids"> & {
  kind: LedgerKey["kind"];
  /** Of a single event: the key of its agent. */
  of?: string;
};

/** A tombstone of single events is one part for each; every other is one. */
export const partsOf = (erasures: readonly Erasure[]): ErasedPart[] =>
  erasures.flatMap(({ uuids, ...erasure }): ErasedPart[] =>
    uuids === undefined
      ? [erasure]
      : uuids.map((uuid) => ({ ...erasure, kind: "event", key: uuid, of: erasure.key })),
  );

type Stamped = Pick<Event, "occurred_at" | "received_at">;
type Owned = Pick<Event, "kind" | "aggregate_id">;
/** `uuid` is missing where a record cannot be read. */
type Identified = { uuid?: string };

/** Whether an event goes with its subject, or stays out when it comes (again) later. */
export const isErased = (event: Stamped, { kind, erased_at }: Erased | Erasure): boolean =>
  kind === "call" || kind === "event" || beganBy(event, erased_at);

/** A vendor's clock may be ahead, a redelivery is received late: the earlier of the two stamps counts. */
const beganBy = ({ occurred_at, received_at }: Stamped, time: Date): boolean =>
  received_at <= time || (occurred_at !== null && occurred_at <= time);

/** The erasure that an event's call, agent or uuid falls under; `erased` by `ledgerId`. */
export function erasureOf<T extends Erased>(
  event: Owned & Stamped & Identified,
  erased: ReadonlyMap<string, T>,
): T | undefined {
  const single = event.uuid === undefined ? undefined : erased.get(`event:${event.uuid}`);
  const whole = erased.get(ledgerId(subjectOf(event)));
  return single ?? (whole && isErased(event, whole) ? whole : undefined);
}

/** The erased person that an event is about, where it began by that erasure; `erased` by `ledgerId`. */
export function erasedPersonOf(
  event: Stamped,
  { certain, possible, actor }: Parties,
  erased: ReadonlyMap<string, Erased>,
): Person | null {
  const covers = (person: Person, isCertain: boolean) => {
    const found = erased.get(ledgerId(person));
    if (!found) return false;
    const { erased_at, possible_until } = found;
    return (
      (isCertain && beganBy(event, erased_at)) ||
      (possible_until !== undefined && beganBy(event, possible_until))
    );
  };
  const numbers = (all: Iterable<string>) => [...all].map((key): Person => ({ kind: "number", key }));
  const agent: Person | null = actor === null ? null : { kind: "actor", key: actor };
  const sure = [...numbers(certain), ...(agent ? [agent] : [])].find((person) => covers(person, true));
  return sure ?? numbers(possible).find((person) => covers(person, false)) ?? null;
}

/** The persons to ask the ledger about for an event. */
export const personsOf = ({ certain, possible, actor }: Parties): Person[] => [
  ...[...certain, ...possible].map((key): Person => ({ kind: "number", key })),
  ...(actor === null ? [] : [{ kind: "actor" as const, key: actor }]),
];

/** Erasures by `ledgerId`; if one has several entries, the latest counts. */
export function latestErased<T extends Pick<Erased, "kind" | "key" | "erased_at">>(
  all: Iterable<T>,
): Map<string, T> {
  const latest = new Map<string, T>();
  for (const erased of all) {
    const known = latest.get(ledgerId(erased));
    if (!known || known.erased_at < erased.erased_at) latest.set(ledgerId(erased), erased);
  }
  return latest;
}

/** A call and an agent of the same key are two. */
export const ledgerId = ({ kind, key }: LedgerKey): string => `${kind}:${key}`;

export const subjectOf = ({ kind, aggregate_id }: Owned): Subject => ({ kind, key: aggregate_id });

/** The ledger entries that concern these events, each once: their subjects, and the events of agents one by one. */
export function ledgerKeysOf(events: readonly (Owned & Identified)[]): LedgerKey[] {
  const keys = new Map<string, LedgerKey>();
  const add = (key: LedgerKey) => void keys.set(ledgerId(key), key);
  for (const event of events) {
    add(subjectOf(event));
    if (event.kind === "agent" && event.uuid !== undefined) add({ kind: "event", key: event.uuid });
  }
  return [...keys.values()];
}
