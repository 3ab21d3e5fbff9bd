import { Unavailable } from "@teravoz/domain";
import { type Log, type Metrics, sleep } from "@teravoz/runtime";
import type { Batch, EachBatchPayload, KafkaMessage } from "kafkajs";
import type { KafkaClient } from "../client/client.ts";
import { partitionKey } from "../client/partition-key.ts";
import type { Aside } from "./aside.ts";
import type { ConsumedBatch, ConsumedRecord, HandleBatch } from "./batch.ts";
import type { Commits } from "./commits.ts";
import { type FetchedBatch, type FinishPorts, finishBatch } from "./finish-batch.ts";
import { countGap, observeLag } from "./lag.ts";
import { heartbeatMs, type Member, type Membership } from "./membership.ts";
import type { Progress } from "./progress.ts";

/** The part of a consumer's state that its batches share. */
export type Consumption = {
  client: Pick<KafkaClient, "sessionTimeoutMs">;
  topics: readonly string[];
  /** See ConsumeOptions.position. */
  position(topic: string, partition: number): Promise<number | null>;
  handle: HandleBatch;
  log: Log;
  metrics: Metrics;
  now(): number;
  membership: Membership;
  /** The offset of the last seek of a partition, by "topic:partition". */
  sought: Map<string, number>;
  /** The partitions whose stored position is beyond the end of the log. */
  beyond: Set<string>;
  aside: Aside;
  progress: Progress;
  /** The commits of the currently assigned partitions. */
  commits: Commits;
  /** The metadata committed with each offset: see installationMark. */
  metadata: string | null;
};

const PREPARE_MS = 20;
/** The time that a commit may take before a batch is retried, and before the member leaves its group. */
export const SETTLE_MS = 2_000;

/**
 * Handles the batch that kafkajs fetched from one partition. Resolves when the batch is done or when it continues
 * aside. In the second case its partition is paused until it is done. Throws errors that end the member.
 */
export async function consumeBatch(
  state: Consumption,
  member: Member,
  payload: EachBatchPayload,
): Promise<void> {
  const { topic, partition, messages } = payload.batch;
  state.metrics.batchRecords.observe({ direction: "consumed" }, messages.length);
  // observed first, so that the metric shows the growing age of a batch that has to wait
  observeLag(state, payload.batch, Number(payload.batch.firstOffset()));
  state.progress.waits(partitionKey(topic, partition));
  await whileBeating(payload, heartbeatMs(state.client.sessionTimeoutMs), async (isOurs) => {
    if (!(await untilPrepared(state, isOurs)) || state.beyond.has(partitionKey(topic, partition))) return;
    const assignment = state.membership.assignment();
    const isAssigned = () => state.membership.assignment() === assignment;
    await startBatch(state, { member, payload, isAssigned, isOurs: () => isOurs() && isAssigned() });
  });
}

/** One batch of a partition that is assigned to this member. */
type Job = {
  member: Member;
  payload: EachBatchPayload;
  /** Returns false once the partition may belong to another consumer. */
  isAssigned(): boolean;
  /** Returns false once the partition may belong to another consumer, and once it was sought to another offset. */
  isOurs(): boolean;
};

/** Resolves when the batch is done or when it continues aside. */
async function startBatch(state: Consumption, job: Job): Promise<void> {
  const turn = state.aside.open();
  const work = completeBatch(state, job, turn.inTurn);
  if (await turn.hold(work)) return work;
  const { topic, partition } = job.payload.batch;
  const where = [{ topic, partitions: [partition] }];
  job.member.consumer.pause(where);
  // after a seek the batch is abandoned, and the resumed partition is read from the new offset
  const resume = () => {
    if (job.isAssigned() && !state.beyond.has(partitionKey(topic, partition)))
      job.member.consumer.resume(where);
  };
  // resuming fails if the member has ended meanwhile
  work.then(resume).catch((error) => endAside(state, job, error));
}

/** Handles the failure of a batch aside, which kafkajs does not see. */
function endAside({ membership, log }: Consumption, { isAssigned, payload }: Job, err: unknown): void {
  const { topic, partition } = payload.batch;
  if (isAssigned()) membership.end(err);
  else log.warn({ topic, partition, err }, "a batch failed, but its partition already has another owner");
}

/** Finishes the batch, then advances the next fetch and Kafka's committed offset. */
async function completeBatch(state: Consumption, job: Job, inTurn: FinishPorts["inTurn"]): Promise<void> {
  const { topic, partition } = job.payload.batch;
  const batch = readBatch(job.payload.batch);
  const finished = await finishBatch(finishPorts(state, job, inTurn), batch);
  if (finished.outcome === "lost" || !job.isOurs()) return;
  if (finished.outcome === "ahead") {
    const { position } = finished;
    state.sought.set(partitionKey(topic, partition), position);
    job.member.consumer.seek({ topic, partition, offset: String(position) });
    return;
  }
  state.sought.delete(partitionKey(topic, partition));
  state.progress.level(partitionKey(topic, partition));
  job.payload.resolveOffset(job.payload.batch.lastOffset());
  void commit(state, job, batch.end);
}

/** Commits the offset in the background: see Commits. */
function commit(
  { commits, metadata }: Consumption,
  { payload: { batch, commitOffsetsIfNecessary } }: Job,
  offset: number,
): Promise<void> {
  const { topic, partition } = batch;
  return commits.add({ topic, partition, offset, metadata }, commitOffsetsIfNecessary);
}

/**
 * Lowers Kafka's offset to the first record of a part if it may be above it. A start reads from that offset, so it must
 * not lie above records that were stored without sending their notices. Throws Unavailable if Kafka does not confirm it
 * within SETTLE_MS.
 */
async function lowerKafka(state: Consumption, job: Job, part: ConsumedBatch): Promise<void> {
  const { topic, partition } = part;
  const { offset } = (part.stored[0] ?? part.records[0])!;
  if (state.commits.isAtMost({ topic, partition, offset })) return;
  const isCommitted = commit(state, job, offset).then(() => true);
  if (!(await Promise.race([isCommitted, sleep(SETTLE_MS, { ref: false })])))
    throw new Unavailable(
      "Kafka's committed offset is above the position, and Kafka did not answer the commit of a lower one",
    );
}

function finishPorts(state: Consumption, job: Job, inTurn: FinishPorts["inTurn"]): FinishPorts {
  const { isOurs } = job;
  const { batch } = job.payload;
  const where = partitionKey(batch.topic, batch.partition);
  let countedTo = 0;
  return {
    position: state.position,
    now: state.now,
    log: state.log,
    isOurs,
    inTurn,
    handle: async (part) => {
      await lowerKafka(state, job, part);
      return state.handle(part);
    },
    // records that are missing after a seek to this position are no longer in the log
    isAhead: (from, position) => from > position && state.sought.get(where) !== position,
    onPart: ({ expected, records }) => {
      if (expected === null) return;
      observeLag(state, batch, expected);
      const first = Math.max(expected, countedTo);
      countGap(state, {
        topic: batch.topic,
        partition: batch.partition,
        expected: first,
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

/** Sends heartbeats while the work runs, however long it takes. kafkajs sends none while it waits for a batch. */
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
  // the group rebalances: this error makes kafkajs join again
  if (lost) throw lost;
}

/**
 * Waits until the start offset of the partition is known. Resolves to false if the partition may have another owner by
 * then.
 */
async function untilPrepared({ membership }: Consumption, isOurs: () => boolean): Promise<boolean> {
  while (isOurs() && !membership.isPrepared()) await sleep(PREPARE_MS);
  return isOurs();
}
