import { randomUUID } from "node:crypto";
import { type Check, createRunningTime, type Log, type Metrics } from "@teravoz/runtime";
import type { Admin, KafkaMessage } from "kafkajs";
import { type KafkaClient, RETRY } from "../client/client.ts";
import { createFetches, type Silence } from "../client/fetches.ts";
import { createAssigner } from "../consumer/assigner.ts";
import { followCoordinator } from "../consumer/coordinator.ts";
import {
  type Assignment,
  createMembership,
  type Member,
  type MemberLife,
  memberOptions,
} from "../consumer/membership.ts";
import { withoutOffsets } from "../consumer/starts.ts";
import { withAdmin } from "../topics/topics.ts";
import { type FetchListeners, watchFetches } from "./watch-fetches.ts";

export type TailRecord = { key: Buffer | null; value: Buffer | null; timestamp: number };

/** The interval at which the running time is updated. It is the precision of `silence`. */
const LOOK_MS = 250;

export type Follower = {
  check(): Check;
  /** Returns the partition whose leader has answered no fetch for the longest time, and that time. */
  silence(): Silence;
  /** Stops reading and deletes the group. */
  stop(): Promise<void>;
};

/**
 * Follows every partition of a topic in its own group, which keeps no offsets. It starts at the end of the topic, or at
 * the records of the last `sinceMs`. A member that joins again continues where the last one was. `onResync` is called
 * if a partition is read from another offset, because records may have been missed. Starts in the background and
 * restarts after failures.
 */
export function followTopic(options: {
  client: KafkaClient;
  topic: string;
  /** The beginning of the group's name. The rest is random. */
  groupPrefix: string;
  log: Log;
  metrics: Metrics;
  sinceMs?: number;
  handle(records: TailRecord[]): Promise<void>;
  onResync(): void;
  onCrash(error: unknown): void;
}): Follower {
  const { client, topic, sinceMs, log, metrics, onCrash } = options;
  let groupId = "";
  /** The offset of the next record of each partition that was read. */
  const next = new Map<number, number>();
  const time = createRunningTime(LOOK_MS);
  const looking = setInterval(time.look, LOOK_MS).unref();
  const fetches = createFetches(time.now);
  const noteAnswer: FetchListeners["onAnswer"] = (topics) => {
    for (const { partitions } of topics) fetches.answered(partitions.map(({ partition }) => partition));
  };
  // each member uses a new group, so there is no crashed member to wait for
  const open = (life: MemberLife): Member => {
    groupId = `${options.groupPrefix}${randomUUID()}`;
    const assigner = createAssigner(null, (cluster) => {
      watchFetches(cluster, { onAnswer: noteAnswer, onFailure: () => {} });
      followCoordinator(cluster, life);
    });
    const consumer = client.open().consumer({
      ...memberOptions(client.sessionTimeoutMs),
      groupId,
      partitionAssigners: [assigner],
    });
    return { groupId, consumer, admin: client.open().admin({ retry: RETRY }) };
  };
  const run = ({ consumer }: Member) =>
    consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: async ({ batch, heartbeat }) => {
        metrics.batchRecords.observe({ direction: "consumed" }, batch.messages.length);
        await fetches.handle(batch.partition, () => options.handle(batch.messages.map(toTailRecord)));
        next.set(batch.partition, Number(batch.lastOffset()) + 1);
        await heartbeat();
      },
    });
  // from here on no record is missed: a record that arrives before the seek takes effect is read twice at most
  const prepare = async ({ admin, consumer }: Member, assignment: Assignment, isFirst: boolean) => {
    if (isFirst) fetches.assign(assignment[topic] ?? []);
    const starts = (await findStarts(admin, topic, { sinceMs, next })).filter(({ partition }) =>
      assignment[topic]?.includes(partition),
    );
    for (const { partition, offset } of starts) {
      consumer.seek({ topic, partition, offset: String(offset) });
      next.set(partition, offset);
    }
    const left = withoutOffsets(
      assignment,
      starts.map(({ partition }) => ({ topic, partition })),
    );
    if (starts.some(({ isKnown }) => !isKnown)) options.onResync();
    return left;
  };
  const membership = createMembership({
    open,
    topics: [topic],
    run,
    prepare,
    log,
    onCrash,
    sessionTimeoutMs: client.sessionTimeoutMs,
  });
  return {
    check: () => membership.check(),
    silence: () => fetches.longest(),
    stop: async () => {
      clearInterval(looking);
      await membership.stop();
      await withAdmin(client, (each) => each.deleteGroups([groupId])).catch((err) =>
        log.debug({ err }, "the consumer group was not deleted"),
      );
    },
  };
}

type Start = { partition: number; offset: number; isKnown: boolean };

/**
 * Returns the start offset of each partition: its next record (`isKnown`) if that is still in the log. Otherwise the
 * first record by the broker's timestamps since `sinceMs`, or the end if there is none.
 */
async function findStarts(
  admin: Admin,
  topic: string,
  { sinceMs = 0, next }: { sinceMs?: number | undefined; next: ReadonlyMap<number, number> },
): Promise<Start[]> {
  const ends = await admin.fetchTopicOffsets(topic);
  const isKnown = ({ partition, low, high }: (typeof ends)[number]) => {
    const known = next.get(partition);
    return known !== undefined && known >= Number(low) && known <= Number(high);
  };
  const since =
    sinceMs > 0 && !ends.every(isKnown)
      ? await admin.fetchTopicOffsetsByTimestamp(topic, Date.now() - sinceMs)
      : [];
  const elsewhere = new Map(since.map(({ partition, offset }) => [partition, Number(offset)]));
  return ends.map((end) => ({
    partition: end.partition,
    offset: isKnown(end) ? next.get(end.partition)! : (elsewhere.get(end.partition) ?? Number(end.high)),
    isKnown: isKnown(end),
  }));
}

const toTailRecord = ({ key, value, timestamp }: KafkaMessage): TailRecord => ({
  key,
  value,
  timestamp: Number(timestamp),
});
