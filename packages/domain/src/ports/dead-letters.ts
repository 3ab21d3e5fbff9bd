import type { ArrivedDeadLetter, DeadLetter, DeadLetterWithBody } from "../deliveries/dead-letter.ts";
import type { Page } from "./page.ts";
import type { PositionStore, RecordIdentity } from "./positions.ts";

/** A run of records of one partition of the topic of dead letters. For `expected` and `next` see Batch. */
export type DeadLetterBatch = {
  topic: string;
  partition: number;
  expected: number | null;
  next: number;
  deadLetters: readonly ArrivedDeadLetter[];
  /** See Batch. */
  epoch?: number;
  identities?: readonly RecordIdentity[];
  /** See Batch. */
  writer?: string;
};

export type DeadLetterWriter = PositionStore & {
  /**
   * Stores a batch and moves the position, together or not at all: each body once, with a count of its copies. A copy
   * that was read before the partition was reset (`seenUntil`) does not count again. Returns `fenced` if the stored
   * position is not `expected`; for `own` see Applied. Throws Unavailable if it may be tried again, any other error if
   * this batch can never be stored.
   */
  add(batch: DeadLetterBatch): Promise<{ fenced: boolean; own?: true }>;
};

/** All fields must be equal. `since` and `until` bound first_seen, both inclusive. */
export type DeadLetterFilter = Partial<Pick<DeadLetter, "reason" | "type" | "key" | "status">> & {
  since?: Date;
  until?: Date;
};

/** The operations on dead letters for an operator. Each throws Unavailable while the database cannot be reached. */
export type DeadLetterAdmin = {
  /** Lists dead letters, newest first by first_seen. Throws InvalidCursor if no earlier page gave the cursor. */
  list(filter: DeadLetterFilter, page: { limit: number; cursor: string | null }): Promise<Page<DeadLetter>>;
  find(id: string): Promise<DeadLetterWithBody | null>;
  /**
   * Marks a dead letter. `redriven` changes nothing if another copy came after `deadLetter` was read, or if the dead
   * letter was dropped. `dropped` deletes the body. Returns the dead letter after that; null if it no longer exists.
   */
  mark(
    deadLetter: Pick<DeadLetter, "id" | "copies">,
    status: "redriven" | "dropped",
  ): Promise<DeadLetter | null>;
  countWaiting(): Promise<number>;
};

/**
 * The number of deleted dead letters: those that still waited for an operator, and those that had been redriven or
 * dropped.
 */
export type DiscardedDeadLetters = { waiting: number; settled: number };

export type DeadLetterRetention = {
  /** Deletes the dead letters whose last copy came before `before`. Safe to repeat. Throws Unavailable. */
  discardOld(before: Date): Promise<DiscardedDeadLetters>;
  /**
   * Deletes the oldest dead letters, settled ones first, until all dead letters together have at most `maxBytes`. Safe
   * to repeat, also by several projectors at once. Throws Unavailable.
   */
  discardExcess(maxBytes: number): Promise<DiscardedDeadLetters>;
};

export type DeadLetters = DeadLetterWriter & DeadLetterAdmin & DeadLetterRetention;
