import type { PositionStore } from "@teravoz/domain";
import { type Check, type Log, type Metrics, sleep } from "@teravoz/runtime";
import { type KafkaClient, RETRY } from "../client/client.ts";
import { withDeadline } from "../client/deadline.ts";
import { partitionKey } from "../client/partition-key.ts";
import { createLogReader } from "../log/log-reader.ts";
import { createLogWatch, type LogWatch } from "../log/log-watch.ts";
import { watchFetches } from "../log/watch-fetches.ts";
import { demandInstallation, installationMark, OtherInstallation } from "../status/installation.ts";
import { createAside } from "./aside.ts";
import { createAssigner } from "./assigner.ts";
import type { HandleBatch } from "./batch.ts";
import { COMMIT_MS, createCommits } from "./commits.ts";
import { type Consumption, consumeBatch, SETTLE_MS } from "./consume-batch.ts";
import { followCoordinator } from "./coordinator.ts";
import { forgetLag } from "./lag.ts";
import {
  type Assignment,
  createMembership,
  type Member,
  type MemberLife,
  memberOptions,
} from "./membership.ts";
import { createProgress } from "./progress.ts";
import { findStart, type PartitionOffsets, readPartitionOffsets, withoutOffsets } from "./starts.ts";

export type PartitionConsumer = {
  check(): Check;
  /** The number of partitions that the group has assigned to this process. */
  partitions(): number;
  /** Finishes the batches in progress, then leaves the group. */
  stop(): Promise<void>;
};

export type ConsumeOptions = {
  client: KafkaClient;
  groupId: string;
  topics: readonly string[];
  /**
   * The stored position of a partition: the offset of the next record to read, null if nothing is stored. The partition
   * is read from there, and the position is the fence of each batch.
   */
  position(topic: string, partition: number): Promise<number | null>;
  /**
   * Stores the position and the identity of the log it belongs to. The logs are then compared with it. Absent = the
   * logs are trusted.
   */
  positions?: PositionStore;
  /** The installation to which the group must belong (absent = any). */
  installation?: string | undefined;
  handle: HandleBatch;
  log: Log;
  metrics: Metrics;
  /** Called when the consumer has ended permanently and will not restart. */
  onCrash(error: unknown): void;
  /**
   * The number of partitions handled at the same time (default 4): while one waits for the database, another one
   * decodes.
   */
  concurrency?: number;
  /** The clock that detects partitions without progress, in ms from any origin (default: the clock of the process). */
  now?(): number;
};

type State = ConsumeOptions &
  Consumption & {
    logs: LogWatch | null;
    /** Throws OtherInstallation if the group belongs to another installation. */
    demandGroup(): Promise<void>;
  };

/**
 * The interval at which the owner of the group is checked again. Two installations that start at the same moment detect
 * each other within it. Until then only one of them is assigned partitions.
 */
const GROUP_WATCH_MS = 60_000;

/**
 * The time that a stop waits for batches aside. It is longer than the last steps of a batch take. The next owner
 * repeats the steps that are left.
 */
const STOP_MS = 5_000;

/**
 * Reads every partition that the group assigns to this process, each from its stored position, one batch at a time. A
 * partition whose batch waits or takes long is paused, and the other partitions continue. Kafka's committed offset
 * follows the stored position. It is for lag tools, and for records that were stored but whose notices were perhaps not
 * sent: a start reads from the lower of the two. Starts in the background.
 */
export function consumePartitions(options: ConsumeOptions): PartitionConsumer {
  const { client, groupId, topics, log, onCrash, concurrency = 4 } = options;
  const { positions, installation = null, metrics } = options;
  const endIfOther = (error: unknown) => {
    if (error instanceof OtherInstallation) onCrash(error);
  };
  const logs = positions ? createLogWatch({ positions, log, metrics }) : null;
  const open = (life: MemberLife): Member => {
    const admin = client.open().admin({ retry: RETRY });
    const assigner = createAssigner(installation, (cluster) => {
      const reader = createLogReader(cluster, admin);
      const seek = ({ topic, partition, offset }: { topic: string; partition: number; offset: string }) => {
        consumer.seek({ topic, partition, offset });
        consumer.resume([{ topic, partitions: [partition] }]);
      };
      logs?.use({ reader, seek });
      // after a failed fetch the log may have been recreated or may have lost its end
      watchFetches(cluster, {
        onFailure: () => logs?.invalidate(),
        onAnswer: (topics) => noteAnswer(state, topics),
      });
      followCoordinator(cluster, life);
    });
    const consumer = client.open().consumer({
      ...memberOptions(client.sessionTimeoutMs),
      groupId,
      metadataMaxAge: 60_000,
      partitionAssigners: [assigner],
    });
    return { groupId, consumer, admin };
  };
  let current: Member | undefined;
  const demandGroup = async () => {
    if (!current) return;
    await demandInstallation(current, options).catch((error) => {
      if (error instanceof OtherInstallation)
        log.fatal(
          { reason: error.message },
          "the consumer group belongs to another installation, ending this one",
        );
      throw error;
    });
  };
  const groupWatch = setInterval(() => void demandGroup().catch(endIfOther), GROUP_WATCH_MS).unref();
  const run = async (member: Member) => {
    current = member;
    await demandGroup();
    await member.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: (payload) => consumeBatch(state, member, payload),
    });
  };
  const prepare = (member: Member, assignment: Assignment, isFirst: boolean) => {
    if (isFirst) startAssignment(state, assignment);
    return seekAll(state, member, assignment, isFirst).catch((error) => {
      endIfOther(error);
      throw error;
    });
  };
  const membership = createMembership({
    open,
    topics,
    run,
    prepare,
    log,
    onCrash,
    sessionTimeoutMs: client.sessionTimeoutMs,
  });
  const now = options.now ?? (() => performance.now());
  const handle = logs?.guard(options.handle) ?? options.handle;
  const metadata = installationMark(options.installation);
  const state: State = {
    ...options,
    membership,
    now,
    sought: new Map(),
    beyond: new Set(),
    handle,
    logs,
    demandGroup,
    metadata,
    aside: createAside(concurrency),
    progress: createProgress(now),
    commits: createCommits({ isWanted: () => false, log }),
  };
  return {
    check: () => checkState(state),
    partitions: () => membership.partitions(),
    stop: async () => {
      logs?.stop();
      clearInterval(groupWatch);
      await state.commits.settled(SETTLE_MS);
      await membership.stop();
      await Promise.race([state.aside.ended(), sleep(STOP_MS, { ref: false })]);
    },
  };
}

function checkState({ beyond, membership, progress, logs }: State): Check {
  const [first] = beyond;
  if (first)
    return {
      ok: false,
      reason: `the stored position of ${first} is beyond the end of the log`,
    };
  const member = membership.check();
  const check = member.ok ? progress.check() : member;
  return check.ok && logs ? logs.check() : check;
}

/** Clears the state of the partitions of the previous assignment. */
function startAssignment(state: State, assignment: Assignment): void {
  const isWanted = () => state.membership.assignment() === assignment;
  state.commits = createCommits({ isWanted, log: state.log });
  state.beyond.clear();
  state.progress.assign(partitionKeysOf(assignment));
  forgetLag(state);
}

type Asked = readonly { topic: string; partitions: readonly { partition: number }[] }[];

function noteAnswer({ progress }: State, topics: Asked): void {
  for (const { topic, partitions } of topics)
    for (const { partition } of partitions) progress.answered(partitionKey(topic, partition));
}

const partitionKeysOf = (assignment: Assignment): string[] =>
  Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map((partition) => partitionKey(topic, partition)),
  );

/**
 * Seeks each partition to its start. Idle partitions are included, because without a record no batch would compare
 * their position. If Kafka's committed offset is above the start or missing, the start is committed at once: records
 * that are stored from now on, and whose notices fail, must lie above it. An offset without the mark of our
 * installation is committed again with the mark. No offset is committed for a partition whose position is beyond its
 * log or whose log is not compared with its position yet. Resolves with the partitions that have no leader: they are
 * paused until their offsets are read again.
 */
async function seekAll(
  state: State,
  member: Member,
  assignment: Assignment,
  isFirst: boolean,
): Promise<Assignment> {
  await state.demandGroup();
  await state.logs?.compare(assignment, isFirst);
  const offsets = await readPartitionOffsets({ ...member, position: state.position }, assignment);
  const left = withoutOffsets(assignment, offsets);
  for (const [topic, partitions] of Object.entries(left)) member.consumer.pause([{ topic, partitions }]);
  const firstStarts = offsets.flatMap((known) => {
    const { topic, partition, committed } = known;
    const start = seekOne(state, member, known);
    if (committed !== null) state.commits.note({ topic, partition, offset: committed });
    if (start === null || state.logs?.isCertain(known) === false) return [];
    const isRight = committed !== null && committed <= start && (known.metadata || null) === state.metadata;
    const offset = String(Math.min(committed ?? start, start));
    return isRight ? [] : [{ topic, partition, offset, metadata: state.metadata }];
  });
  if (firstStarts.length === 0) return left;
  await withDeadline(member.consumer.commitOffsets(firstStarts), COMMIT_MS);
  for (const { offset, ...at } of firstStarts) state.commits.note({ ...at, offset: Number(offset) });
  return left;
}

/**
 * Seeks a partition and returns the offset at which it starts, or null if its position is beyond the end of the log.
 */
function seekOne(state: State, { consumer }: Member, known: PartitionOffsets): number | null {
  const { topic, partition, position, committed, low, high } = known;
  // Kafka deletes a group's offsets after days without a member, and when a topic is deleted
  if (position !== null && committed === null)
    state.log.warn({ topic, partition, position }, "the group has no committed offset");
  const start = findStart(known);
  const where = [{ topic, partitions: [partition] }];
  state.metrics.lagRecords.set({ topic, partition }, Math.max(0, high - (position ?? low)));
  if (start === null) {
    state.log.error(
      { topic, partition, position, offset: high },
      "the stored position is beyond the end of the log",
    );
    // the log was cut after it had been compared
    if (state.logs)
      throw new Error(`the log of ${partitionKey(topic, partition)} ends below the stored position`);
    state.beyond.add(partitionKey(topic, partition));
    consumer.pause(where);
  } else {
    consumer.seek({ topic, partition, offset: String(start) });
    consumer.resume(where);
  }
  return start;
}
