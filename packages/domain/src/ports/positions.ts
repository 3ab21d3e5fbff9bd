/**
 * The offset of a record and its timestamp from the broker, in ms. Another timestamp at the same offset means another
 * record.
 */
export type RecordIdentity = { offset: number; timestamp: number };

/** A position keeps the identities of this many records. Compaction leaves at least one of them in any busy log. */
export const KEPT_IDENTITIES = 8;

/** The identities of the last records of a run, oldest first, as a position keeps them. */
export const identitiesOf = (records: readonly RecordIdentity[]): RecordIdentity[] =>
  records.slice(-KEPT_IDENTITIES).map(({ offset, timestamp }) => ({ offset, timestamp }));

export type StoredPosition = {
  /** The next offset to read; null if nothing of the partition was ever stored. */
  next: number | null;
  /**
   * The last records below the position, oldest first, at most KEPT_IDENTITIES. Empty if an older release stored the
   * position.
   */
  identities: RecordIdentity[];
  /**
   * If the partition was reset to its beginning, records with a timestamp up to this one (ms) had been read before.
   * Null if it was never reset.
   */
  seenUntil: number | null;
};

export type PositionStore = {
  /** The next offset to read from a partition; null if nothing of it was ever stored. Throws Unavailable. */
  position(topic: string, partition: number): Promise<number | null>;
  /** Returns the position with its identities, in one read. Throws Unavailable. */
  storedPosition(topic: string, partition: number): Promise<StoredPosition>;
  /**
   * Replaces a position and its identities if `expected` is still stored. Returns whether it did. A batch that was read
   * before is fenced, even if it expects the same offset. Throws Unavailable.
   */
  replacePosition(
    place: { topic: string; partition: number },
    replaced: StoredPosition & { expected: number },
  ): Promise<boolean>;
};
