import "../client/leaderless.ts";
import type { Admin } from "kafkajs";
import type { Assignment } from "./membership.ts";

/** The offsets of a partition. Each is the offset of the next record. */
export type PartitionOffsets = {
  topic: string;
  partition: number;
  /** The stored position, null if nothing is stored. */
  position: number | null;
  /** The offset that the group has committed to Kafka, null if there is none. */
  committed: number | null;
  /** The metadata of the committed offset. */
  metadata: string | null;
  /** The first offset that is still in the log. `high` is the offset after the last record. */
  low: number;
  high: number;
};

type Asked = {
  admin: Admin;
  groupId: string;
  position(topic: string, partition: number): Promise<number | null>;
};

/**
 * Reads the offsets of each partition of an assignment, except partitions without a leader. Throws the errors of the
 * brokers and of `position`.
 */
export async function readPartitionOffsets(
  asked: Asked,
  assignment: Assignment,
): Promise<PartitionOffsets[]> {
  const topics = Object.keys(assignment);
  return (await Promise.all(topics.map((topic) => readTopic(asked, topic, assignment[topic]!)))).flat();
}

async function readTopic(
  { admin, groupId, position }: Asked,
  topic: string,
  partitions: number[],
): Promise<PartitionOffsets[]> {
  // the positions are read first, because the end of a log that another consumer still reads only grows
  const positions = new Map(
    await Promise.all(partitions.map(async (each) => [each, await position(topic, each)] as const)),
  );
  const ends = await admin.fetchTopicOffsets(topic);
  const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return partitions.flatMap((partition): PartitionOffsets[] => {
    const end = ends.find((each) => each.partition === partition);
    if (!end) return [];
    const entry = group?.partitions.find((each) => each.partition === partition);
    const committed = Number(entry?.offset ?? -1);
    return [
      {
        topic,
        partition,
        position: positions.get(partition) ?? null,
        // Kafka returns -1 for none
        committed: committed < 0 ? null : committed,
        metadata: entry?.metadata ?? null,
        low: Number(end.low),
        high: Number(end.high),
      },
    ];
  });
}

/** Returns the partitions of an assignment whose offsets are not known, by topic. */
export function withoutOffsets(
  assignment: Assignment,
  known: readonly Pick<PartitionOffsets, "topic" | "partition">[],
): Assignment {
  const stands = (topic: string, partition: number) =>
    known.some((each) => each.topic === topic && each.partition === partition);
  const left = Object.entries(assignment).map(
    ([topic, partitions]) => [topic, partitions.filter((partition) => !stands(topic, partition))] as const,
  );
  return Object.fromEntries(left.filter(([, partitions]) => partitions.length > 0));
}

/**
 * Returns the offset at which reading starts: the lower of the stored position and Kafka's committed offset, because
 * the records in between were stored and their notices perhaps not sent. Without a committed offset it is the position,
 * and without a position the beginning of the log. Returns null if the stored position is beyond the end: the log is
 * not the one that it was stored for.
 */
export function findStart({
  position,
  committed,
  low,
  high,
}: Pick<PartitionOffsets, "position" | "committed" | "low" | "high">): number | null {
  if (position !== null && position > high) return null;
  const stored = position ?? low;
  return Math.max(low, Math.min(stored, committed ?? stored));
}
