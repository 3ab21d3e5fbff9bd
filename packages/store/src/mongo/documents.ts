import type {
  Call,
  Change,
  FoldRules,
  KeptDeadLetter,
  Presence,
  RecordIdentity,
  StoredEvent,
  StoredRules,
} from "@teravoz/domain";
import type { Binary } from "mongodb";

/** A stored event. The uuid is the key, so the database itself prevents duplicates. */
export type EventDocument = Omit<StoredEvent, "uuid"> & { _id: string };

/** A stored call. `_id` is the call_id. `overgrown`: see OVERSIZED_EVENTS. */
export type CallDocument = Call & { _id: string; overgrown?: true };

/**
 * The position of a partition. `_id` is `<topic>:<partition>`. Every writer of the partition writes this document, so
 * it is the fence.
 */
export type PositionDocument = {
  _id: string;
  /** Null if nothing is stored yet. */
  next: number | null;
  /** See StoredPosition. Earlier releases wrote none. */
  identities?: RecordIdentity[];
  seen_until?: number | null;
  /**
   * The writer of the last batch; null if the batch named none, or the position was reset. Earlier releases wrote none.
   */
  writer?: string | null;
  /** The highest revision of a fold that has written to the partition, or claimed it. */
  fold?: number;
  /** The revision of the last rebuild that was finished. */
  refolded?: number;
  /**
   * Grows with each erased person, with each search for one, and when the partition is reset. It fences batches that
   * were checked before.
   */
  epoch?: number;
  /** Grows with each write of a rebuild, because a write without a change would cause no conflict. */
  refolds?: number;
  /** Changes of a rebuild that are not notified yet. */
  untold?: Change[];
};

/**
 * A stored agent. `_id` is its key; `fold` is the revision of the fold that made it. Releases before revision 4 wrote
 * no `fold`.
 */
export type AgentDocument = Presence & { _id: string; fold?: number };

/** A sequence of numbers. `last` is the highest assigned number. */
export type SequenceDocument = { _id: string; last: number };

/**
 * The settings by which all calls of the database are folded. There is one document; releases before `senderZone` wrote
 * no zone into it.
 */
export type AccountDocument = Pick<FoldRules, "region"> & Partial<StoredRules> & { _id: "fold" };

/** A recurring job. `_id` is its name. */
export type JobDocument = { _id: string; claimed_at: Date; done_at: Date };

/** An instance of a service. `ready_at` is the last time it was ready, by the clock of the database. */
export type InstanceDocument = { _id: string; ready_at: Date };

/** A stored dead letter. `_id` is its id. */
export type DeadLetterDocument = Omit<KeptDeadLetter, "id"> & { _id: string; body: Binary | null };

/**
 * The number of events of a partition in a minute, by type. `_id` is `<topic>:<partition>:<minute in ms>`, so that only
 * the writer of the partition writes it. A count over the events themselves would read all of them.
 */
export type MinuteDocument = { _id: string; minute: Date; types: Record<string, number> };

/**
 * A request for an erasure, and its progress: of a call, an agent, a single event of an agent, or the person (`number`,
 * `actor`) for whom they were requested together. `_id` is a keyed hash, so the ledger names no person. There is one
 * entry for each key that was listed when it was written: an instance that lists any of these keys finds it.
 */
export type LedgerDocument = {
  _id: string;
  kind: string;
  /** Null for a person whose new events are already refused while the search for stored data is running. */
  requested_at: Date | null;
  /** Null until the tombstone was read. For a person: events that began by then are not stored. */
  erased_at: Date | null;
  /** For a person: up to this time, events that only possibly name the person are not stored either. */
  possible_until?: Date;
  clean_at: Date | null;
  log_clean_by: Date | null;
  expires_at: Date;
  /** The `_id` of the persons for whom it was requested, under the same key. */
  asked_for?: string[];
  /** Set on the entries of persons. There are few, and their existence is checked often. */
  person?: true;
  /**
   * The marks of the keys under which it was last written. An instance must list one of these keys to find it. There
   * are few different values.
   */
  under?: string;
  /** For a single event: the `_id` of its agent under the same key. */
  of?: string;
};
