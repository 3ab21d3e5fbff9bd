import { type Check, type Log, type Metrics, sleep } from "@teravoz/runtime";
import { createAside } from "./aside.ts";
import type { HandleBatch } from "./batch.ts";
import { type KafkaClient, RETRY } from "./client.ts";
import { type Consumption, consumeBatch, place } from "./consume-batch.ts";
import { forgetLag } from "./lag.ts";
import { type Assignment, createMembership, type Member, memberOptions } from "./membership.ts";
import { createProgress } from "./progress.ts";
import { findStart, readStandings, type Standing, withoutStanding } from "./starts.ts";

export type PartitionConsumer = {
  check(): Check;
  /** How many partitions the group has given to this process. */
  partitions(): number;
  /** Finishes the batches in hand, then leaves the group. */
  stop(): Promise<void>;
};

export type ConsumeOptions = {
  client: KafkaClient;
  groupId: string;
  topics: readonly string[];
  /** Where to begin, and the fence of each batch: the next offset to read, null where nothing is stored. */
  position(topic: string, partition: number): Promise<number | null>;
  handle: HandleBatch;
  log: Log;
  metrics: Metrics;
  /** The consumer has ended for good and will not come back by itself. */
  onCrash(error: unknown): void;
  /** Partitions handled at once (default 4): while one waits for the database another one decodes. */
  concurrency?: number;
  /** The clock by which a standstill is judged, in ms from any origin (default: the process's). */
  now?(): number;
};

type State = ConsumeOptions & Consumption;

/** Longer than the last steps of a batch take. The next owner repeats what is left then. */
const STOP_MS = 5_000;

/**
 * Reads every partition of the topics that the group gives this process, each from the position it is given, one batch at a time. A
 * partition whose batch waits or takes long is paused, and the others go on. Kafka's committed offset follows the
 * stored position and is for lag tools and for what was stored and perhaps not notified of: a start reads from the lower of the
 * two. Starts in the background.
 */
export function consumePartitions(options: ConsumeOptions): PartitionConsumer {
  const { client, groupId, topics, log, onCrash, concurrency = 4 } = options;
  const open = (): Member => ({
    groupId,
    consumer: client.kafka.consumer({
      ...memberOptions(client.sessionTimeoutMs),
      groupId,
      metadataMaxAge: 60_000,
    }),
    admin: client.kafka.admin({ retry: RETRY }),
  });
  const run = (member: Member) =>
    member.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: (payload) => consumeBatch(state, member, payload),
    });
  const prepare = (member: Member, assignment: Assignment, isFirst: boolean) => {
    if (isFirst) forgetFormer(state, assignment);
    return seekAll(state, member, assignment);
  };
  const membership = createMembership({
    ...{ open, topics, run, prepare, log, onCrash },
    sessionTimeoutMs: client.sessionTimeoutMs,
  });
  const now = options.now ?? (() => performance.now());
  const state: State = {
    ...{ ...options, membership, now, sought: new Map(), beyond: new Set() },
    aside: createAside(concurrency),
    progress: createProgress(now),
  };
  return {
    check: () => checkState(state),
    partitions: () => membership.partitions(),
    stop: async () => {
      await membership.stop();
      await Promise.race([state.aside.ended(), sleep(STOP_MS, { ref: false })]);
    },
  };
}

function checkState({ beyond, membership, progress }: State): Check {
  const [first] = beyond;
  if (first)
    return {
      ok: false,
      reason: `the stored position of ${first} is beyond the end of the log: was the topic made anew?`,
    };
  const member = membership.check();
  return member.ok ? progress.check() : member;
}

/** Forgets what was known of the partitions before this assignment. */
function forgetFormer(state: State, assignment: Assignment): void {
  state.beyond.clear();
  state.progress.retain(new Set(placesOf(assignment)));
  forgetLag(state);
}

const placesOf = (assignment: Assignment): string[] =>
  Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map((partition) => place(topic, partition)),
  );

/**
 * Seeks each partition to its start, idle ones too: without a record no batch would ever compare the position. If Kafka's committed offset is not
 * at or below the start, the start is committed at once: what is stored from now on, and not notified of, has to lie above it.
 * Resolves with the partitions that have no leader: they are paused until they are asked for again.
 */
async function seekAll(state: State, member: Member, assignment: Assignment): Promise<Assignment> {
  const standings = await readStandings({ ...member, position: state.position }, assignment);
  const left = withoutStanding(assignment, standings);
  for (const [topic, partitions] of Object.entries(left)) member.consumer.pause([{ topic, partitions }]);
  const firstStarts = standings.flatMap((standing) => {
    const { topic, partition, committed, high } = standing;
    const start = seekOne(state, member, standing);
    const isAbove = committed === null || (start !== null && committed > start);
    return isAbove ? [{ topic, partition, offset: String(start ?? high) }] : [];
  });
  if (firstStarts.length > 0) await member.consumer.commitOffsets(firstStarts);
  return left;
}

/** The offset at which the partition starts; null if it stands still. */
function seekOne(state: State, { consumer }: Member, standing: Standing): number | null {
  const { topic, partition, position, committed, low, high } = standing;
  // Kafka forgets a group's offsets after days without a member, and when a topic is deleted. In the second case the position belongs
  // to another log, and nothing else would show it.
  if (position !== null && committed === null)
    state.log.error({ topic, partition, position }, "the group has no offset: was the topic made anew?");
  const start = findStart(standing);
  const where = [{ topic, partitions: [partition] }];
  state.metrics.lagRecords.set({ topic, partition }, Math.max(0, high - (position ?? low)));
  if (start === null) {
    state.beyond.add(place(topic, partition));
    const places = { topic, partition, position, offset: high };
    state.log.error(places, "the stored position is beyond the end of the log");
    consumer.pause(where);
  } else {
    consumer.seek({ topic, partition, offset: String(start) });
    consumer.resume(where);
  }
  return start;
}
