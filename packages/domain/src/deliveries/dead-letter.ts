import { type Erased, type ErasureSubject, erasedPersonOf } from "../erasure/erasure.ts";
import type { Parties } from "../erasure/parties.ts";
import { type KeptDeliveries, keepDeliveries } from "../event/delivery-ids.ts";

/** `dropped` is final: a later copy changes nothing. */
export type LetterStatus = "waiting" | "redriven" | "dropped";

/** The place in the log of a record that a consumer parked. */
export type LetterSource = { topic: string; partition: number; offset: number };

/** One record of the topic of dead letters. */
export type ArrivedLetter = {
  /** The call_id or the key of an agent; null if it is unknown. */
  key: string | null;
  /** The `type` of a JSON body; null if it has none. */
  type: string | null;
  reason: string;
  /** The service that refused it. */
  service: string;
  /** The first reception. A redriven event has it as its `received_at`. */
  first_seen: Date;
  last_seen: Date;
  /** Null if ingest refused the body. */
  source: LetterSource | null;
  body: Uint8Array;
  /** See Event. */
  delivery_id?: string;
};

/** All copies of one body. */
export type DeadLetter = Omit<ArrivedLetter, "body" | "delivery_id"> & {
  /** SHA-256 of the body's bytes, in hex. */
  id: string;
  copies: number;
  status: LetterStatus;
  /** The time of the last change of the status. */
  status_at: Date;
};

/** The body is null once the letter is dropped. */
export type DeadLetterWithBody = DeadLetter & { body: Uint8Array | null };

/** A letter as it is stored. */
export type KeptLetter = DeadLetter & KeptDeliveries;

/** Adds one more copy to a letter. A redriven letter waits again; a dropped letter stays dropped. */
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
 * Adds the copies that count to a letter. A second record of one delivery does not count. If the letter was filed before, records that
 * are read again after their partition was put back do not count either. If none counts, the letter stays as it is.
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

/** The subjects that letters may be about: a key does not say whether it is a call's or an agent's. */
export const subjectsOfLetters = (letters: readonly Pick<ArrivedLetter, "key">[]): ErasureSubject[] =>
  [...new Set(letters.flatMap(({ key }) => key ?? []))].flatMap((key) => [
    { kind: "call" as const, key },
    { kind: "agent" as const, key },
  ]);

/** Whether the erasure of its subject, or of a person that it names, keeps a letter out; `erased` by ledgerId. Newer letters of an agent are kept. */
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
