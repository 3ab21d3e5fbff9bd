import type { ArrivedLetter, DeadLetter, DeadLetterWithBody } from "../deliveries/dead-letter.ts";
import type { Page } from "./page.ts";
import type { PositionStore, RecordIdentity } from "./positions.ts";

/** A run of records of one partition of the dead letters' topic; `expected` and `next` as in Batch. */
export type LetterBatch = {
  topic: string;
  partition: number;
  expected: number | null;
  next: number;
  letters: readonly ArrivedLetter[];
  /** As in Batch. */
  epoch?: number;
  identities?: readonly RecordIdentity[];
  /** As in Batch. */
  writer?: string;
};

export type LetterFile = PositionStore & {
  /**
   * Files a batch and moves the position, together or not at all: each body once, its copies counted. A copy that had been read before
   * the partition was put back (`seenUntil`) is not counted again. `fenced` where the
   * stored position is not `expected`, with `own` as in Applied. Throws Unavailable when it may be tried again, any other error when this
   * batch can never be filed.
   */
  file(batch: LetterBatch): Promise<{ fenced: boolean; own?: true }>;
};

/** Field = value, all of them; `since` and `until` bound first_seen, both included. */
export type LetterFilter = Partial<Pick<DeadLetter, "reason" | "type" | "key" | "status">> & {
  since?: Date;
  until?: Date;
};

/** What an operator does with dead letters. Each throws Unavailable while the database is away. */
export type LetterDesk = {
  /** Newest first by first_seen. Throws InvalidCursor for a cursor that none of our pages gave. */
  list(filter: LetterFilter, page: { limit: number; cursor: string | null }): Promise<Page<DeadLetter>>;
  find(id: string): Promise<DeadLetterWithBody | null>;
  /**
   * Redriven loses to a copy that came after `letter` was read, and to a drop: the letter stays as it is. Dropped takes the body
   * away. Answers the letter as it is then, null where it is gone.
   */
  mark(letter: Pick<DeadLetter, "id" | "copies">, status: "redriven" | "dropped"): Promise<DeadLetter | null>;
  countWaiting(): Promise<number>;
};

/** How many letters were deleted: those that still waited for an operator, and those that were redriven or dropped before. */
export type DiscardedLetters = { waiting: number; settled: number };

export type LetterBounds = {
  /** Deletes the letters whose last copy came before `before`. Throws Unavailable; safe to repeat. */
  discardOld(before: Date): Promise<DiscardedLetters>;
  /**
   * Deletes the oldest letters until all of them have at most `maxBytes`, settled ones first. Throws Unavailable; safe to repeat, and
   * by several projectors at once.
   */
  discardExcess(maxBytes: number): Promise<DiscardedLetters>;
};

export type DeadLetters = LetterFile & LetterDesk & LetterBounds;
