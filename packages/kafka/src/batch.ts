import type { IHeaders } from "kafkajs";

export type ConsumedRecord = {
  offset: number;
  key: Buffer | null;
  /** Null is a tombstone. */
  value: Buffer | null;
  headers: IHeaders;
  /** The broker's stamp (LogAppendTime), in ms. */
  timestamp: number;
};

/** A run of records of one partition. */
export type ConsumedBatch = {
  topic: string;
  partition: number;
  /** The position stored for the partition when the batch was read: the fence; null = none yet. */
  expected: number | null;
  /** At or above `expected`. */
  records: readonly ConsumedRecord[];
  /** Below `expected`: stored before, and perhaps not notified of. */
  stored: readonly ConsumedRecord[];
  /** The position after this batch. */
  next: number;
};

/**
 * `fenced`: another writer has taken over the partition, nothing was changed. `stored`: an earlier try of the same writer was stored after
 * all, nothing was changed now, and its notices are left.
 */
export type BatchOutcome = "done" | "fenced" | "stored";

/** Handles a batch, all or nothing. Throws Unavailable for what passes, anything else for what never will. */
export type HandleBatch = (batch: ConsumedBatch) => Promise<BatchOutcome>;
