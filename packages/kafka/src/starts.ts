import "./leaderless.ts";
import type { Admin } from "kafkajs";
import type { Assignment } from "./membership.ts";

/** Where a partition stands; offsets of the next record each. */
export type PartitionOffsets = {
  topic: string;
  partition: number;
  /** What is stored, null where nothing is. */
  position: number | null;
  /** What the group has committed to Kafka, null where nothing is. */
  committed: number | null;
  /** The text beside the committed offset. */
  metadata: string | null;
  /** The first offset that is still in the log, and the one after the last. */
  low: number;
  high: number;
};

type Asked = {
  admin: Admin;
  groupId: string;
  position(topic: string, partition: number): Promise<number | null>;
};

/** Where each partition of an assignment stands, those without a leader left out. Throws what the brokers or `position` throw. */
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
  // the positions first: the end of a log that another consumer still reads only grows
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
        // Kafka says -1 for none
        committed: committed < 0 ? null : committed,
        metadata: entry?.metadata ?? null,
        low: Number(end.low),
        high: Number(end.high),
      },
    ];
  });
}

/** The partitions of an assignment that are not among the known offsets, by topic. */
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
 * The offset at which reading begins: the lower of the stored position and Kafka's committed offset, for what lies between was stored
 * and perhaps not notified of. Without a committed offset it is the position, without a position the beginning of the log. Null if
 * the stored position is beyond the end: the log is not the one it was stored for.
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
