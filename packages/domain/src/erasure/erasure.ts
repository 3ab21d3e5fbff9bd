import type { Event, EventKind } from "../event/event.ts";
import type { Parties, Person } from "./parties.ts";

/** A call, or the events of an agent. It is erased by its key. */
export type ErasureSubject = { kind: EventKind; key: string };

/** An entry of the ledger of erasures: a call, an agent, a single event of no call (`key` is its uuid), or a person. */
export type LedgerKey = { kind: EventKind | "event" | Person["kind"]; key: string };

/**
 * An erased subject. A call and a single event are erased permanently. An agent loses its events up to `erased_at`, and
 * newer ones are kept. Events of a person up to `erased_at` are never stored, from any source.
 */
export type Erased = LedgerKey & {
  erased_at: Date;
  /** For a person: up to this time, events that only possibly name the person are not stored either. */
  possible_until?: Date;
};

/** A tombstone that was read from the log, or an erasure that follows from the ledger for an event that was read. */
export type Erasure = ErasureSubject & {
  erased_at: Date;
  /** From this time on, the log holds nothing of the subject that was written before the tombstone. */
  log_clean_by: Date;
  /** True if the tombstone repeats an earlier erasure: a request made since then waits for its own tombstone. */
  isRepeated?: boolean;
  /** If it is set, only these events of the agent are erased, because others share its key. */
  uuids?: readonly string[];
  /** The erased person, if the erasure follows from a person's entry in the ledger. */
  asked_for?: Person;
};

/** An erasure that is written to the log again. */
export type Repeated = Pick<Erasure, "kind" | "key" | "erased_at" | "uuids">;

/** One part of an erasure. */
export type ErasedPart = Omit<Erasure, "kind" | "uuids"> & {
  kind: LedgerKey["kind"];
  /** For a single event: the key of its agent. */
  of?: string;
};

/** A tombstone of single events has one part for each event; every other tombstone is one part. */
export const partsOf = (erasures: readonly Erasure[]): ErasedPart[] =>
  erasures.flatMap(({ uuids, ...erasure }): ErasedPart[] =>
    uuids === undefined
      ? [erasure]
      : uuids.map((uuid) => ({ ...erasure, kind: "event", key: uuid, of: erasure.key })),
  );

type Stamped = Pick<Event, "occurred_at" | "received_at">;
type Owned = Pick<Event, "kind" | "aggregate_id">;
/** `uuid` is missing if a record cannot be read. */
type Identified = { uuid?: string };

/** Returns whether an erasure covers an event, so that it is deleted, or is not stored if it is received later. */
export const isErased = (event: Stamped, { kind, erased_at }: Erased | Erasure): boolean =>
  kind === "call" || kind === "event" || beganBy(event, erased_at);

/**
 * Returns whether an event began by `time`. The earlier of its two times counts: a vendor's clock may be ahead, and a
 * redelivery is received late.
 */
const beganBy = ({ occurred_at, received_at }: Stamped, time: Date): boolean =>
  received_at <= time || (occurred_at !== null && occurred_at <= time);

/** Returns the erasure that covers the call, the agent or the uuid of an event. `erased` is keyed by `ledgerId`. */
export function erasureOf<T extends Erased>(
  event: Owned & Stamped & Identified,
  erased: ReadonlyMap<string, T>,
): T | undefined {
  const single = event.uuid === undefined ? undefined : erased.get(`event:${event.uuid}`);
  const whole = erased.get(ledgerId(subjectOf(event)));
  return single ?? (whole && isErased(event, whole) ? whole : undefined);
}

/**
 * Returns the erased person that an event names, if the erasure covers the time of the event. `erased` is keyed by
 * `ledgerId`.
 */
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

/** The persons of an event that are to be looked up in the ledger. */
export const personsOf = ({ certain, possible, actor }: Parties): Person[] => [
  ...[...certain, ...possible].map((key): Person => ({ kind: "number", key })),
  ...(actor === null ? [] : [{ kind: "actor" as const, key: actor }]),
];

/** Returns erasures by `ledgerId`. If a key has several entries, the latest counts. */
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

/** The id of a ledger entry. It differs for a call and an agent with the same key. */
export const ledgerId = ({ kind, key }: LedgerKey): string => `${kind}:${key}`;

export const subjectOf = ({ kind, aggregate_id }: Owned): ErasureSubject => ({ kind, key: aggregate_id });

/** The ledger entries that concern these events, each once: their subjects, and each event of an agent. */
export function ledgerKeysOf(events: readonly (Owned & Identified)[]): LedgerKey[] {
  const keys = new Map<string, LedgerKey>();
  const add = (key: LedgerKey) => void keys.set(ledgerId(key), key);
  for (const event of events) {
    add(subjectOf(event));
    if (event.kind === "agent" && event.uuid !== undefined) add({ kind: "event", key: event.uuid });
  }
  return [...keys.values()];
}
