import type { Partition, RecordIdentity, StoredPosition } from "@teravoz/domain";

/** Reads the facts of a partition's log that a comparison needs. Each member throws the errors of the brokers. */
export type LogReader = {
  /** Returns the first offset that is still in the log, and the offset after the last record. */
  ends(where: Partition): Promise<{ low: number; high: number }>;
  /** Returns the records of the log from the offset `from` up to, but not including, `to`. */
  identities(where: Partition, range: { from: number; to: number }): Promise<RecordIdentity[]>;
  /** Returns the minimum age in ms of the records that compaction removes from the topic. */
  minCompactionLagMs(topic: string): Promise<number>;
};

export type Comparison = {
  /** Why this is not the log that the position was stored for. Null if it is that log. */
  reason: string | null;
  low: number;
  high: number;
};

/**
 * Compares a log with the position that is stored for it. The newest identity whose offset is still in the log decides.
 * `stored` must have been read before this function reads the ends, so that the end of the same log is at or above the
 * position.
 */
export async function compareLog(
  reader: LogReader,
  where: Partition,
  { next, identities }: Pick<StoredPosition, "identities"> & { next: number },
  now: number,
): Promise<Comparison> {
  const { low, high } = await reader.ends(where);
  const verdict = (reason: string | null): Comparison => ({ reason, low, high });
  if (high < next) return verdict("it ends below the stored position");
  // every record of the log is read anyway
  if (next <= low) return verdict(null);
  for (const { offset, timestamp } of identities.toReversed()) {
    if (offset < low) break;
    const [there] = await reader.identities(where, { from: offset, to: offset + 1 });
    if (there) return verdict(there.timestamp === timestamp ? null : "it holds another record");
  }
  const newest = identities.at(-1);
  if (!newest || now - newest.timestamp > (await reader.minCompactionLagMs(where.topic)))
    return verdict(null);
  return verdict("it holds none of the last records, and they are too young for compaction");
}
