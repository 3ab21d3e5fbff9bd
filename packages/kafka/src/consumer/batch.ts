import type { IHeaders } from "kafkajs";

export type ConsumedRecord = {
  offset: number;
  key: Buffer | null;
  /** Null means a tombstone. */
  value: Buffer | null;
  headers: IHeaders;
  /** The broker's timestamp (LogAppendTime), in ms. */
  timestamp: number;
};

/** Consecutive records of one partition. */
export type ConsumedBatch = {
  topic: string;
  partition: number;
  /**
   * The position that was stored for the partition when the batch was read (null = none yet). It is the fence: the
   * batch is stored only if the position is still the same.
   */
  expected: number | null;
  /** The records at or above `expected`. */
  records: readonly ConsumedRecord[];
  /** The records below `expected`. They are already stored, but perhaps their notices were not sent. */
  stored: readonly ConsumedRecord[];
  /** The position after this batch. */
  next: number;
};

/**
 * The result of handling a batch. `fenced`: another writer has taken over the partition, nothing was changed. `stored`:
 * an earlier try of the same writer was stored after all, nothing was changed now, and its notices must still be sent.
 */
export type BatchOutcome = "done" | "fenced" | "stored";

/**
 * Handles a batch, all or nothing. Throws Unavailable for temporary failures and any other error for permanent ones.
 */
export type HandleBatch = (batch: ConsumedBatch) => Promise<BatchOutcome>;
