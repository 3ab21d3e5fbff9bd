import { type Erased, erasedPersonOf, type Subject } from "../erasure/erasure.ts";
import type { Parties } from "../erasure/parties.ts";
import { type KeptDeliveries, keepDeliveries } from "../event/delivery-ids.ts";

/** `dropped` is for good: a copy that comes later changes nothing. */
export type LetterStatus = "waiting" | "redriven" | "dropped";

/** Where in the log a record lay that a consumer parked. */
export type LetterSource = { topic: string; partition: number; offset: number };

/** One record of the dead letters' topic. */
export type ArrivedLetter = {
  /** The call_id or agent key, where it is known. */
  key: string | null;
  /** What a JSON body says in its `type`. */
  type: string | null;
  reason: string;
  /** The service that refused it. */
  service: string;
  /** When it was first received: a redriven event has it as its received_at. */
  first_seen: Date;
  last_seen: Date;
  /** Null for what ingest refused. */
  source: LetterSource | null;
  body: Uint8Array;
  /** As in Event. */
  delivery_id?: string;
};

/** All arrivals of one body. */
export type DeadLetter = Omit<ArrivedLetter, "body" | "delivery_id"> & {
  /** SHA-256 of the body's bytes, in hex. */
  id: string;
  copies: number;
  status: LetterStatus;
  /** When the status last changed. */
  status_at: Date;
};

/** The body is null once it is dropped. */
export type DeadLetterWithBody = DeadLetter & { body: Uint8Array | null };

/** A letter as it is kept. */
export type KeptLetter = DeadLetter & KeptDeliveries;

/** A letter with one more arrival of its body: what was redriven waits again, what was dropped stays dropped. */
function addCopy(
  known: KeptLetter | undefined,
  { body: _body, delivery_id, ...arrived }: ArrivedLetter & { id: string },
  now: Date,
): KeptLetter {
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
 * A letter with those of its arrivals that are counted. If the letter was filed before, those that a partition holds again after it was
 * put back are not; nor is a second record of one delivery. The letter as it is where none is.
 */
export function addCopies(
  filed: KeptLetter | undefined,
  arrived: readonly (ArrivedLetter & { id: string })[],
  { seenUntil, now }: { seenUntil: number | null; now: Date },
): KeptLetter | undefined {
  const isSeen = ({ last_seen }: ArrivedLetter) =>
    filed !== undefined && seenUntil !== null && last_seen.getTime() <= seenUntil;
  return arrived.reduce((letter, copy) => {
    const isKnown = copy.delivery_id !== undefined && letter?.delivery_ids?.includes(copy.delivery_id);
    return isKnown || isSeen(copy) ? letter : addCopy(letter, copy, now);
  }, filed);
}

/** Whom a letter may be about: its key says no kind. */
export const subjectsOfLetters = (letters: readonly Pick<ArrivedLetter, "key">[]): Subject[] =>
  [...new Set(letters.flatMap(({ key }) => key ?? []))].flatMap((key) => [
    { kind: "call" as const, key },
    { kind: "agent" as const, key },
  ]);

/** Whether a letter stays out with its subject, or with a person it names; `erased` by ledgerId. An agent's newer ones do not. */
export function isErasedLetter(
  { key, first_seen, occurred_at }: Pick<ArrivedLetter, "key" | "first_seen"> & { occurred_at: Date | null },
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
