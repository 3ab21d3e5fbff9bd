/** A partition as its log and the store have it; offsets of the next record each. */
export type PartitionStanding = {
  topic: string;
  partition: number;
  /** The first offset that is still in the log, and the one after the last. */
  low: number;
  high: number;
  /** What is stored; null where nothing is. */
  next: number | null;
};

/** Up to `end` all was in the log at `at` (ms since the epoch), and not all of it was stored. */
type Mark = { end: number; at: number };
/** By `<topic>:<partition>`: what is remembered from one look to the next. */
export type Marks = ReadonlyMap<string, Mark>;

export type PartitionLag = {
  topic: string;
  partition: number;
  /** Not stored yet. */
  records: number;
  /** The oldest of them has waited for at least so long; 0 where none waits. */
  waited_ms: number;
};

/**
 * How far behind each partition is. The age is a lower bound, and grows while nothing moves: what stood at the log's end at an
 * earlier look and is still not stored has waited since then.
 */
export function measureLag(
  standings: readonly PartitionStanding[],
  marks: Marks,
  now: number,
): { lags: PartitionLag[]; marks: Marks } {
  const next = new Map<string, Mark>();
  const lags = standings.map((standing) => {
    const { topic, partition, low, high } = standing;
    const place = `${topic}:${partition}`;
    const stored = Math.max(standing.next ?? low, low);
    const records = Math.max(0, high - stored);
    if (records === 0) return { topic, partition, records, waited_ms: 0 };
    const known = marks.get(place);
    const mark = known && known.end > stored ? known : { end: high, at: now };
    next.set(place, mark);
    return { topic, partition, records, waited_ms: Math.max(0, now - mark.at) };
  });
  return { lags, marks: next };
}
