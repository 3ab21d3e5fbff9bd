import { type Erased, type ErasureSubject, erasedPersonOf } from "../erasure/erasure.ts";
import type { Parties } from "../erasure/parties.ts";
import { type KeptDeliveries, keepDeliveries } from "../event/delivery-ids.ts";

/** The status of a dead letter. `dropped` is final: a later copy does not change it. */
export type DeadLetterStatus = "waiting" | "redriven" | "dropped";

/** The place in the log of a record that a consumer parked. */
export type DeadLetterSource = { topic: string; partition: number; offset: number };

/** One record of the topic of dead letters. */
export type ArrivedDeadLetter = {
  /** The call_id or the key of an agent; null if it is unknown. */
  key: string | null;
  /** The `type` of a JSON body; null if it has none. */
  type: string | null;
  reason: string;
  /** The service that refused it. */
  service: string;
  /** The time of the first reception. A redriven event keeps it as its `received_at`. */
  first_seen: Date;
  last_seen: Date;
  /** Null if ingest refused the body. */
  source: DeadLetterSource | null;
  body: Uint8Array;
  /** See `delivery_id` of Event. */
  delivery_id?: string;
};

/** A dead letter: all copies of one body. */
export type DeadLetter = Omit<ArrivedDeadLetter, "body" | "delivery_id"> & {
  /** SHA-256 of the body's bytes, in hex. */
  id: string;
  copies: number;
  status: DeadLetterStatus;
  /** The time of the last change of the status. */
  status_at: Date;
};

/** The body is null once the dead letter is dropped. */
export type DeadLetterWithBody = DeadLetter & { body: Uint8Array | null };

/** A dead letter as it is stored. */
export type KeptDeadLetter = DeadLetter & KeptDeliveries;

/** Adds one more copy to a dead letter. A redriven dead letter waits again; a dropped dead letter stays dropped. */
function addCopy(
  known: KeptDeadLetter | undefined,
  { body: _body, delivery_id, ...arrived }: ArrivedDeadLetter & { id: string },
  now: Date,
): KeptDeadLetter {
  const delivered = keepDeliveries([...(known?.delivery_ids ?? []), ...(delivery_id ? [delivery_id] : [])]);
  if (!known) return { ...arrived, ...delivered, copies: 1, status: "waiting", status_at: now };
  const counted = {
    ...delivered,
    copies: known.copies + 1,
    first_seen: new Date(Math.min(arrived.first_seen.getTime(), known.first_seen.getTime())),
    last_seen: new Date(Math.max(arrived.last_seen.getTime(), known.last_seen.getTime())),
  };
  if (known.status !== "redriven") return { ...known, ...counted };
  return { ...known, ...arrived, ...counted, status: "waiting", status_at: now };
}

/**
 * Adds the copies that count to a dead letter. A second record of one delivery does not count. If the dead letter was
 * stored before, records that are read again after their partition was reset do not count either. If none counts, the
 * dead letter does not change.
 */
export function addCopies(
  stored: KeptDeadLetter | undefined,
  arrived: readonly (ArrivedDeadLetter & { id: string })[],
  { seenUntil, now }: { seenUntil: number | null; now: Date },
): KeptDeadLetter | undefined {
  const isSeen = ({ last_seen }: ArrivedDeadLetter) =>
    stored !== undefined && seenUntil !== null && last_seen.getTime() <= seenUntil;
  return arrived.reduce((deadLetter, copy) => {
    const isKnown = copy.delivery_id !== undefined && deadLetter?.delivery_ids?.includes(copy.delivery_id);
    return isKnown || isSeen(copy) ? deadLetter : addCopy(deadLetter, copy, now);
  }, stored);
}

/** Returns the subjects that dead letters may be about: a key does not show whether it is a call's or an agent's. */
export const subjectsOfDeadLetters = (
  deadLetters: readonly Pick<ArrivedDeadLetter, "key">[],
): ErasureSubject[] =>
  [...new Set(deadLetters.flatMap(({ key }) => key ?? []))].flatMap((key) => [
    { kind: "call" as const, key },
    { kind: "agent" as const, key },
  ]);

/**
 * Returns whether a dead letter must not be stored, because its subject or a person that it names was erased. `erased`
 * is keyed by ledgerId. Dead letters of an agent that are newer than the erasure are kept.
 */
export function isErasedDeadLetter(
  {
    key,
    first_seen,
    occurred_at,
  }: Pick<ArrivedDeadLetter, "key" | "first_seen"> & { occurred_at: Date | null },
  parties: Parties,
  erased: ReadonlyMap<string, Erased>,
): boolean {
  const stamps = { received_at: first_seen, occurred_at };
  const agent = key === null ? undefined : erased.get(`agent:${key}`);
  return (
    (key !== null && erased.has(`call:${key}`)) ||
    (agent !== undefined && first_seen <= agent.erased_at) ||
    erasedPersonOf(stamps, parties, erased) !== null
  );
}
