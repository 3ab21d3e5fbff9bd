import { type Check, type Log, type Metrics, sleep } from "@teravoz/runtime";
import type { Batch, Consumer, EachBatchPayload, KafkaMessage } from "kafkajs";
import { type Aside, createAside } from "./aside.ts";
import type { ConsumedRecord, HandleBatch } from "./batch.ts";
import { type KafkaClient, RETRY } from "./client.ts";
import { type FetchedBatch, type FinishPorts, finishBatch } from "./finish-batch.ts";
import { countGap, forgetLag, observeLag } from "./lag.ts";
import {
  type Assignment,
  createMembership,
  heartbeatMs,
  type Member,
  type Membership,
  memberOptions,
} from "./membership.ts";
import { createProgress, type Progress } from "./progress.ts";
import { findStart, readStandings, type Standing, withoutStanding } from "./starts.ts";

export type PartitionConsumer = {
  check(): Check;
  /** How many are its own now. */
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

type State = ConsumeOptions & {
  membership: Membership;
  /** Where a partition was last sent back to, "topic:partition" -> offset. */
  sought: Map<string, number>;
  /** Partitions whose stored position the log does not reach. */
  beyond: Set<string>;
  aside: Aside;
  progress: Progress;
  now(): number;
};

const PREPARE_MS = 20;
/** Longer than a batch's last steps take; what is left then is done again by the next owner. */
const STOP_MS = 5_000;

const place = (topic: string, partition: number) => `${topic}:${partition}`;

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
  const { ok, reason } = membership.check();
  return ok ? progress.check() : { ok, ...(reason && { reason }) };
}

async function consumeBatch(state: State, member: Member, payload: EachBatchPayload): Promise<void> {
  const { topic, partition, messages } = payload.batch;
  state.metrics.batchRecords.observe({ direction: "consumed" }, messages.length);
  // before anything is waited for: the metric then shows its age grow
  observeLag(state, payload.batch, Number(payload.batch.firstOffset()));
  state.progress.waits(place(topic, partition));
  await whileBeating(payload, heartbeatMs(state.client.sessionTimeoutMs), async (isOurs) => {
    if (!(await untilPrepared(state, isOurs)) || state.beyond.has(place(topic, partition))) return;
    await startBatch(state, { member, payload, isOurs: whileAssigned(state, isOurs) });
  });
}

/** One batch of a partition that was given to this member. */
type Job = {
  member: Member;
  payload: EachBatchPayload;
  /** False once the partition may belong to another consumer. */
  isOurs(): boolean;
};

const whileAssigned = ({ membership }: State, isOurs: () => boolean) => {
  const assignment = membership.assignment();
  return () => isOurs() && membership.assignment() === assignment;
};

/** Resolves when the batch is done, or goes on aside. */
async function startBatch(state: State, job: Job): Promise<void> {
  const turn = state.aside.open();
  const work = completeBatch(state, job, turn.inTurn);
  if (await turn.hold(work)) return work;
  const { topic, partition } = job.payload.batch;
  const where = [{ topic, partitions: [partition] }];
  job.member.consumer.pause(where);
  const resume = () => {
    if (job.isOurs() && !state.beyond.has(place(topic, partition))) job.member.consumer.resume(where);
  };
  work.then(resume, (error) => endAside(state, job, error));
}

/** kafkajs sees no error of a batch aside. */
function endAside({ membership, log }: State, { isOurs, payload }: Job, err: unknown): void {
  const { topic, partition } = payload.batch;
  if (isOurs()) membership.end(err);
  else log.warn({ topic, partition, err }, "a batch failed whose partition has another owner by now");
}

/** Finishes the batch, then moves the next fetch and Kafka's committed offset. */
async function completeBatch(state: State, job: Job, inTurn: FinishPorts["inTurn"]): Promise<void> {
  const { topic, partition } = job.payload.batch;
  const { consumer } = job.member;
  const batch = readBatch(job.payload.batch);
  const finished = await finishBatch(finishPorts(state, job, inTurn), batch);
  if (finished.outcome === "lost" || !job.isOurs()) return;
  if (finished.outcome === "ahead") {
    const { position } = finished;
    state.sought.set(place(topic, partition), position);
    // what is stored from there on, and not notified of, has to lie above Kafka's offset
    await commit(consumer, { topic, partition, offset: position });
    consumer.seek({ topic, partition, offset: String(position) });
    return;
  }
  state.sought.delete(place(topic, partition));
  state.progress.level(place(topic, partition));
  job.payload.resolveOffset(job.payload.batch.lastOffset());
  await commit(consumer, { topic, partition, offset: batch.end });
}

function finishPorts(state: State, { payload, isOurs }: Job, inTurn: FinishPorts["inTurn"]): FinishPorts {
  const { batch } = payload;
  const where = place(batch.topic, batch.partition);
  let countedTo = 0;
  return {
    ...{ position: state.position, handle: state.handle, now: state.now, log: state.log, isOurs, inTurn },
    // once it was sought, what is missing is no longer in the log
    isAhead: (from, position) => from > position && state.sought.get(where) !== position,
    onPart: ({ expected, records }) => {
      if (expected === null) return;
      observeLag(state, batch, expected);
      const first = Math.max(expected, countedTo);
      countGap(state, {
        ...{ topic: batch.topic, partition: batch.partition, expected: first },
        records: records.filter(({ offset }) => offset >= first),
      });
      countedTo = Math.max(countedTo, (records.at(-1)?.offset ?? -1) + 1);
    },
    onDone: ({ next }) => {
      observeLag(state, batch, next);
      state.progress.moved(where);
    },
    onWait: (reason) => state.progress.waits(where, reason),
  };
}

/** kafkajs wraps the error that its own loop must see to join the group again (UNKNOWN_MEMBER_ID): unwrapped. */
async function commit(
  consumer: Consumer,
  { topic, partition, offset }: { topic: string; partition: number; offset: number },
): Promise<void> {
  try {
    await consumer.commitOffsets([{ topic, partition, offset: String(offset) }]);
  } catch (error) {
    const { cause } = error as Error;
    throw cause instanceof Error && "type" in cause ? cause : error;
  }
}

const readBatch = (batch: Batch): FetchedBatch => ({
  topic: batch.topic,
  partition: batch.partition,
  from: Number((batch as Batch & { fetchedOffset: string }).fetchedOffset),
  records: batch.messages.map(toRecord),
  end: Number(batch.lastOffset()) + 1,
});

const toRecord = ({ offset, key, value, headers, timestamp }: KafkaMessage): ConsumedRecord => ({
  offset: Number(offset),
  key,
  value,
  headers: headers ?? {},
  timestamp: Number(timestamp),
});

/** Heartbeats while the work goes on, however long it takes: kafkajs has none in the background. */
async function whileBeating(
  payload: EachBatchPayload,
  everyMs: number,
  work: (isOurs: () => boolean) => Promise<void>,
): Promise<void> {
  let lost: unknown;
  const beat = () => {
    payload.heartbeat().catch((error) => {
      lost ??= error;
    });
  };
  const timer = setInterval(beat, everyMs);
  const isOurs = () => lost === undefined && payload.isRunning() && !payload.isStale();
  try {
    await work(isOurs);
  } finally {
    clearInterval(timer);
  }
  // a rebalance: kafkajs joins again when it is told of it by this error
  if (lost) throw lost;
}

/** No batch is handled before its partition's position was looked at; false when the batch is then no longer ours to handle. */
async function untilPrepared({ membership }: State, isOurs: () => boolean): Promise<boolean> {
  while (isOurs() && !membership.isPrepared()) await sleep(PREPARE_MS);
  return isOurs();
}

/** Forgets what is known of partitions before they were given anew. */
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
 * Brings each partition to its start, idle ones too: without a record no batch would ever look. If Kafka's committed offset is not
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

/** Answers where it begins, null where it does not: the partition then stands still. */
function seekOne(state: State, { consumer }: Member, standing: Standing): number | null {
  const { topic, partition, position, committed, low, high } = standing;
  // Kafka forgets a group's offsets after days without it, and with a topic that is deleted: then what is read from the
  // position on is another log's, and nobody else would notice
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
