import type { Fold } from "../call/folded-call.ts";
import type { Erased, Erasure, LedgerKey } from "../erasure/erasure.ts";
import type { EventKind, LoggedEvent, StoredEvent } from "../event/event.ts";
import type { PositionStore, RecordIdentity } from "./positions.ts";

/** A run of records of one partition, as the projector read them. */
export type Batch = {
  topic: string;
  partition: number;
  /** The position that the writer expects to be stored (null = none yet). It is the fence. */
  expected: number | null;
  /** The position after this batch: the offset of the next record to read. */
  next: number;
  /** The identities of its last records, oldest first (absent = none). */
  identities?: readonly RecordIdentity[];
  /** The name of the writer, which is stored with the position (absent = no name). */
  writer?: string;
  /** The events to store. If there are none, only the position moves. */
  events: readonly LoggedEvent[];
  /**
   * Tombstones among the records, and erasures that follow from the ledger (absent = none). Each erases the events of
   * its subject before and after it, see isErased.
   */
  erasures?: readonly Erasure[];
  /**
   * The result of findErased for the ledgerKeysOf the events. Call it after `expected` was read: an erasure since then
   * has moved the position, and fences this batch. Absent = the store reads the ledger.
   */
  erased?: readonly Erased[];
  /**
   * The ledgerEpoch, read before the ledger. If a person was erased since then, this batch is fenced. Absent = not
   * checked.
   */
  epoch?: number;
};

/** A change of one call or agent, as others are notified of it. */
export type Change = {
  key: string;
  kind: EventKind;
  /** The version of the call after the batch. For an agent event it is the time of the write, in ms. */
  version: number;
  erased: boolean;
};

export type Applied =
  | {
      fenced: true;
      /** The revision of the newer fold that has claimed the partition. This release must stop writing. */
      superseded?: number;
      /**
       * True if the same writer has moved the position: an earlier try, whose commit was not answered, has stored the
       * batch.
       */
      own?: true;
    }
  | {
      fenced: false;
      /** The uuids that this batch stored. */
      added: string[];
      /** The uuids that were stored before, or came twice in this batch. */
      duplicates: string[];
      /** The uuids that were not stored because their call or agent was erased, by this batch or before. */
      dropped: string[];
      /**
       * One change for each erasure, then one for each call and agent key with events that were not dropped, changed or
       * not.
       */
      changes: Change[];
    };

export type CallStore = PositionStore & {
  /**
   * Stores a batch in one transaction: position, events and calls together, or nothing. Safe to repeat: an event that
   * is already stored is a duplicate. It counts as a redelivery, lowers `received_at` if it came earlier, and its call
   * is folded nevertheless. An erasure is entered in the ledger, and everything that is stored of its subject is
   * deleted. Returns `fenced` and changes nothing if the stored position is not `expected` (another writer has taken
   * over), or if the partition belongs to a fold of a higher revision. Throws Unavailable if it may be tried again, any
   * other error if this batch can never be stored. NOT promised: that ids have no gaps.
   */
  apply(batch: Batch, fold: Fold): Promise<Applied>;
  /** Finds which of these were erased, as far as the ledger reaches back (90 days). Throws Unavailable. */
  findErased(keys: readonly LedgerKey[]): Promise<Erased[]>;
  /** A number that grows with every erased person: see Batch.epoch. Throws Unavailable. */
  ledgerEpoch(topic: string, partition: number): Promise<number>;
  /** Returns whether any person is erased, as far as the ledger reaches back. Throws Unavailable. */
  knowsPersons(): Promise<boolean>;
  /**
   * Returns the events of an agent's key that were received since `since`, newest first. If there are none, it returns
   * the newest event of all. Throws Unavailable.
   */
  listAgentEvents(key: string, stretch: { since: Date; limit: number }): Promise<StoredEvent[]>;
  /**
   * Deletes data of erased subjects that others may have written while the erasure ran: dead letters, and calls in past
   * collections. Call it after `apply`. Safe to repeat. Throws Unavailable.
   */
  forget(erased: readonly Erased[]): Promise<void>;
  /** Returns whether a dead letter with this body is stored. Throws Unavailable. */
  hasDeadLetter(body: Uint8Array): Promise<boolean>;
};
