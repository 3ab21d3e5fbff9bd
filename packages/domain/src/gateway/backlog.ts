/** The state of a partition in the log and in the store. Each number is the offset of the next record. */
export type PartitionProgress = {
  topic: string;
  partition: number;
  /** The first offset that the log still holds, and the offset after the last record. */
  low: number;
  high: number;
  /** The stored position; null if nothing is stored. */
  next: number | null;
};

/** At `at` (ms since the epoch) the log held all records up to `end`, and not all of them were stored. */
type Mark = { end: number; at: number };
/** The marks from one measurement to the next, by `<topic>:<partition>`. */
export type Marks = ReadonlyMap<string, Mark>;

export type PartitionLag = {
  topic: string;
  partition: number;
  /** The number of records that are not stored yet. */
  records: number;
  /** The oldest of them has waited for at least this long; 0 if none waits. */
  waited_ms: number;
};

/**
 * Measures the lag of each partition. The age is a lower bound, and grows while nothing is stored: a record that was at
 * the end of the log at an earlier measurement and is still not stored has waited since then.
 */
export function measureLag(
  partitions: readonly PartitionProgress[],
  marks: Marks,
  now: number,
): { lags: PartitionLag[]; marks: Marks } {
  const next = new Map<string, Mark>();
  const lags = partitions.map((progress) => {
    const { topic, partition, low, high } = progress;
    const key = `${topic}:${partition}`;
    const stored = Math.max(progress.next ?? low, low);
    const records = Math.max(0, high - stored);
    if (records === 0) return { topic, partition, records, waited_ms: 0 };
    const known = marks.get(key);
    const mark = known && known.end > stored ? known : { end: high, at: now };
    next.set(key, mark);
    return { topic, partition, records, waited_ms: Math.max(0, now - mark.at) };
  });
  return { lags, marks: next };
}
