import type { Fold } from "../call/folded-call.ts";
import type { Erased, Erasure, LedgerKey } from "../erasure/erasure.ts";
import type { EventKind, LoggedEvent, StoredEvent } from "../event/event.ts";
import type { PositionStore, RecordIdentity } from "./positions.ts";

/** A run of records of one partition, as the projector read it. */
export type Batch = {
  topic: string;
  partition: number;
  /** The position the writer believes to be stored (null = none yet): the fence. */
  expected: number | null;
  /** The position after this batch: the offset of the next record to read. */
  next: number;
  /** The identities of its last records, oldest first (absent = none). */
  identities?: readonly RecordIdentity[];
  /** Names the writer (absent = nobody in particular): it is kept beside the position that this batch moves. */
  writer?: string;
  /** May be empty: then only the position moves. */
  events: readonly LoggedEvent[];
  /**
   * Tombstones among the records, and what the ledger demands beside them (absent = none): each takes its subject's events before and
   * after it, see isErased.
   */
  erasures?: readonly Erasure[];
  /**
   * What findErased said of ledgerKeysOf the events after `expected` was read: an erasure since then has moved the position too, and
   * fences this batch (absent = the store asks itself).
   */
  erased?: readonly Erased[];
  /** ledgerEpoch as it was before the ledger was asked: a person erased since then fences this batch (absent = no matter). */
  epoch?: number;
};

/** What a change did to one call or agent, as others are told of it. */
export type Change = {
  key: string;
  kind: EventKind;
  /** The version of the call after the batch; of an agent event the time of the write, in ms. */
  version: number;
  erased: boolean;
};

export type Applied =
  | {
      fenced: true;
      /** The revision of a newer release's fold that has claimed the partition, where one has: this one may write no more. */
      superseded?: number;
      /** The position was moved by the same writer: an earlier try, whose commit was not answered, has stored the batch. */
      own?: true;
    }
  | {
      fenced: false;
      /** uuids stored by this batch. */
      added: string[];
      /** uuids that were stored before, or came twice in this batch. */
      duplicates: string[];
      /** uuids that stay out, for their call or agent was erased, by this batch or before. */
      dropped: string[];
      /** One for each erasure, then for each call and agent key whose events were not dropped, changed or not. */
      changes: Change[];
    };

export type CallStore = PositionStore & {
  /**
   * Stores a batch as one: position, events and calls together, or nothing. Safe to repeat: an event
   * already stored is a duplicate (it counts as a redelivery of it, and its received_at is lowered where it came earlier) and its
   * call is folded all the same; an erasure is entered in the ledger, and what is stored of its subject goes. Answers `fenced` and
   * changes nothing where the stored position is not `expected` (another writer has taken over) or the partition belongs to a fold
   * of a higher revision. Throws Unavailable when it may be tried again, any other
   * error when this batch can never be stored. NOT promised: that ids have no gaps.
   */
  apply(batch: Batch, fold: Fold): Promise<Applied>;
  /** Of these those that were erased, as far as the ledger reaches back (90 days). Throws Unavailable. */
  findErased(keys: readonly LedgerKey[]): Promise<Erased[]>;
  /** Grows with every person that is erased: see Batch.epoch. Throws Unavailable. */
  ledgerEpoch(topic: string, partition: number): Promise<number>;
  /** Whether any person is erased at all, as far as the ledger reaches back. Throws Unavailable. */
  knowsPersons(): Promise<boolean>;
  /**
   * The newest events of an agent's key that were received since then, newest first, and the newest of all where none was. Throws
   * Unavailable.
   */
  listAgentEvents(key: string, stretch: { since: Date; limit: number }): Promise<StoredEvent[]>;
  /**
   * Deletes what others may have written of erased subjects while their erasure ran: dead letters, and calls kept in past
   * collections. To be called after `apply`; safe to repeat. Throws Unavailable.
   */
  forget(erased: readonly Erased[]): Promise<void>;
  /** Whether a dead letter with this body is filed. Throws Unavailable. */
  isFiled(body: Uint8Array): Promise<boolean>;
};
