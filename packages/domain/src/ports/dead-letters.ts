import type { ArrivedLetter, DeadLetter, DeadLetterWithBody } from "../deliveries/dead-letter.ts";
import type { Page } from "./page.ts";
import type { PositionStore, RecordIdentity } from "./positions.ts";

/** A run of records of one partition of the topic of dead letters. For `expected` and `next` see Batch. */
export type LetterBatch = {
  topic: string;
  partition: number;
  expected: number | null;
  next: number;
  letters: readonly ArrivedLetter[];
  /** See Batch. */
  epoch?: number;
  identities?: readonly RecordIdentity[];
  /** See Batch. */
  writer?: string;
};

export type LetterFile = PositionStore & {
  /**
   * Files a batch and moves the position, together or not at all: each body once, with a count of its copies. A copy that was read before
   * the partition was put back (`seenUntil`) does not count again. Answers `fenced` if the stored position is not `expected`; for `own` see
   * Applied. Throws Unavailable if it may be tried again, any other error if this batch can never be filed.
   */
  file(batch: LetterBatch): Promise<{ fenced: boolean; own?: true }>;
};

/** All fields must be equal. `since` and `until` bound first_seen, both inclusive. */
export type LetterFilter = Partial<Pick<DeadLetter, "reason" | "type" | "key" | "status">> & {
  since?: Date;
  until?: Date;
};

/** The operations on dead letters for an operator. Each throws Unavailable while the database is away. */
export type LetterDesk = {
  /** Newest first by first_seen. Throws InvalidCursor if no earlier page gave the cursor. */
  list(filter: LetterFilter, page: { limit: number; cursor: string | null }): Promise<Page<DeadLetter>>;
  find(id: string): Promise<DeadLetterWithBody | null>;
  /**
   * Marks a letter. `redriven` changes nothing if another copy came after `letter` was read, or if the letter was dropped. `dropped` deletes
   * the body. Answers the letter as it is then, null if it is gone.
   */
  mark(letter: Pick<DeadLetter, "id" | "copies">, status: "redriven" | "dropped"): Promise<DeadLetter | null>;
  countWaiting(): Promise<number>;
};

/** The number of deleted letters: those that still waited for an operator, and those that had been redriven or dropped. */
export type DiscardedLetters = { waiting: number; settled: number };

export type LetterBounds = {
  /** Deletes the letters whose last copy came before `before`. Safe to repeat. Throws Unavailable. */
  discardOld(before: Date): Promise<DiscardedLetters>;
  /**
   * Deletes the oldest letters, settled ones first, until all letters together have at most `maxBytes`. Safe to repeat, also by several
   * projectors at once. Throws Unavailable.
   */
  discardExcess(maxBytes: number): Promise<DiscardedLetters>;
};

export type DeadLetters = LetterFile & LetterDesk & LetterBounds;
