import type {
  Call,
  Change,
  FoldRules,
  KeptLetter,
  Presence,
  RecordIdentity,
  StoredEvent,
  StoredRules,
} from "@teravoz/domain";
import type { Binary } from "mongodb";

/** The uuid is the key: the database itself keeps an event from being there twice. */
export type EventDocument = Omit<StoredEvent, "uuid"> & { _id: string };

/** `_id` is the call_id. Overgrown: see OVERGROWN_EVENTS. */
export type CallDocument = Call & { _id: string; overgrown?: true };

/** `_id` is `<topic>:<partition>`: what every writer of the partition writes, and so its fence. */
export type PositionDocument = {
  _id: string;
  /** Null where nothing is stored yet. */
  next: number | null;
  /** See StoredPosition. Releases before wrote none. */
  identities?: RecordIdentity[];
  seen_until?: number | null;
  /** The writer of the batch that moved it, null where that named none or it was put back. Releases before wrote none. */
  writer?: string | null;
  /** The highest revision of a fold that has written here, or claimed it. */
  fold?: number;
  /** The revision of the last rebuild that was finished. */
  refolded?: number;
  /**
   * Grows with each person that is erased, with each search for one, and when the partition is put back: a batch that was decided on before
   * is fenced.
   */
  epoch?: number;
  /** Grows with each rebuild's write: one that changed nothing would be no conflict. */
  refolds?: number;
  /** Changes of a rebuild that are not told yet. */
  untold?: Change[];
};

/** `_id` is the agent's key; `fold` the revision of the fold that made it. Releases before revision 4 wrote none. */
export type AgentDocument = Presence & { _id: string; fold?: number };

/** `last` is the highest number given out. */
export type SequenceDocument = { _id: string; last: number };

/** The settings that all calls of the database are folded by. One document; of a release without `senderZone` it has none. */
export type AccountDocument = Pick<FoldRules, "region"> & Partial<StoredRules> & { _id: "fold" };

/** `_id` is the name of the job. */
export type JobDocument = { _id: string; claimed_at: Date; done_at: Date };

/** `_id` is the instance; `ready_at` when it was last ready, by the clock of the database. */
export type InstanceDocument = { _id: string; ready_at: Date };

/** `_id` is the letter's id. */
export type LetterDocument = Omit<KeptLetter, "id"> & { _id: string; body: Binary | null };

/**
 * How many events a partition got in a minute, by type: `_id` is `<topic>:<partition>:<minute in ms>`, so that only the partition's
 * writer writes it. A count over the events themselves would read all of them.
 */
export type MinuteDocument = { _id: string; minute: Date; types: Record<string, number> };

/**
 * What was asked to be erased, and how far that is: a call, an agent, a single event of one, or the person (`number`, `actor`) for whom
 * those were asked for together. `_id` is a keyed hash, so the ledger names nobody. There is one entry for each key that was listed when
 * it was written: an instance that lists any of them finds it.
 */
export type LedgerDocument = {
  _id: string;
  kind: string;
  /** Null for a person who is kept out already while the search for what is stored goes on. */
  requested_at: Date | null;
  /** Null until the tombstone was read. Of a person: what began by then stays out. */
  erased_at: Date | null;
  /** Of a person: up to then also what is only possibly about it stays out. */
  possible_until?: Date;
  clean_at: Date | null;
  log_clean_by: Date | null;
  expires_at: Date;
  /** `_id` of the persons it was asked for, under the same key. */
  asked_for?: string[];
  /** That it is of a person: there are few, and whether there is one at all is asked often. */
  person?: true;
  /** Marks of the keys under which it was last written: one of them must be listed to find it as it is. Few differ. */
  under?: string;
  /** Of a single event: the `_id` its agent would have, under the same key. */
  of?: string;
};
