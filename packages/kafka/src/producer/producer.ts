import { OutcomeUnknown, Unavailable } from "@teravoz/domain";
import { type Check, createRunningTime, type Log, type Metrics, type RunningTime } from "@teravoz/runtime";
import type { Message } from "kafkajs";
import type { KafkaClient } from "../client/client.ts";
import { partitionKey } from "../client/partition-key.ts";
import { partitionOf } from "../consumer/partition.ts";
import { PARTITIONS } from "../topics/topics.ts";
import { createLane, type Lane, type PublisherLimits, release, type Sending, settle, start } from "./lane.ts";

export type OutgoingRecord = {
  topic: string;
  key: string | null;
  /** Null means a tombstone. */
  value: Buffer | null;
  headers?: Record<string, string>;
  /** Default: the partition of the key. */
  partition?: number;
};

export type { PublisherLimits } from "./lane.ts";

export type Publisher = {
  /**
   * Resolves when the brokers have acknowledged the record (acks=all). Throws Unavailable at once if the queue is full,
   * and at the deadline if the record is still waiting in the queue. Throws OutcomeUnknown at the deadline if the
   * record was already handed to the client: it may or may not be in the log, and sending it again is safe. Throws
   * RefusedForGood if Kafka refuses the record itself. Time in which the process is stopped does not count.
   */
  publish(record: OutgoingRecord): Promise<void>;
  /** Ok while the brokers can be reached and acknowledge at least some records. */
  check(): Check;
  /** Sends the waiting records, then disconnects. */
  stop(): Promise<void>;
};

export type Destination = Pick<OutgoingRecord, "topic" | "key" | "partition">;

/** A publisher that reports the state of each partition. */
export type PartitionPublisher = Publisher & {
  /**
   * Returns false while the partition of such a record accepts no records. The record would then wait until its
   * deadline.
   */
  takes(destination: Destination): boolean;
  /** Ok while every partition accepts its records. Tolerated if some do not, because the others continue. */
  partitions(): Check;
};

const DEFAULT_LIMITS: PublisherLimits = {
  lanes: 3,
  deadlineMs: 5_000,
  retryMs: 500,
  maxQueueRecords: 20_000,
  maxQueueBytes: 64 * 1024 * 1024,
  maxBatchRecords: 1_000,
  maxBatchBytes: 512 * 1024,
};

/** The interval of the deadline checks, in ms. A record may be refused this much later than its deadline. */
const SWEEP_MS = 50;
/** The approximate overhead of a record in addition to its key and value. */
const OVERHEAD_BYTES = 200;

type State = Sending & { lanes: Lane[]; nextKeyless: number; time: RunningTime; reportedRecords: number };

/**
 * Creates a publisher with group commit: records that wait while a send is in flight are sent together with the next
 * one. One send is in flight per producer, and the same batch is sent again unchanged, so a key keeps its order. A
 * batch that was not answered may be in the log twice. The producer is not idempotent, because readers detect
 * duplicates by the event and by the id of its delivery. A partition that does not acknowledge its part of a batch
 * continues separately, with its own producer, until it does. Starts at once and connects in the background.
 */
export function createPublisher(options: {
  client: KafkaClient;
  log: Log;
  metrics: Metrics;
  limits?: Partial<PublisherLimits>;
}): PartitionPublisher {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const lanes = Array.from({ length: limits.lanes }, () => createLane(limits.maxBatchRecords));
  const time = createRunningTime(SWEEP_MS);
  const begun = {
    records: 0,
    bytes: 0,
    reportedRecords: 0,
    stopping: false,
    nextKeyless: 0,
    acknowledgedAt: 0,
  };
  const state: State = { ...options, ...begun, limits, lanes, isolated: new Map(), time };
  const sweeper = setInterval(() => sweep(state), SWEEP_MS);
  for (const lane of lanes) start(state, lane);
  return {
    publish: (record) => enqueue(state, record),
    takes: (record) => takes(state, record),
    check: () => checkLanes(state),
    partitions: () => checkPartitions(state),
    stop: async () => {
      state.stopping = true;
      await untilIdle(state);
      clearInterval(sweeper);
      await Promise.all(allLanes(state).map(({ producer }) => producer?.disconnect()));
    },
  };
}

const allLanes = ({ lanes, isolated }: State): Lane[] => [...lanes, ...isolated.values()];

/** Waits until all lanes are idle. A lane that ends may have passed records to another lane. */
async function untilIdle(state: State): Promise<void> {
  const working = allLanes(state).filter((lane) => lane.working);
  if (working.length === 0) return;
  await Promise.all(working.map(({ idle }) => idle));
  await untilIdle(state);
}

/**
 * The time for which a partition counts as failing after its last failure. After that the next record tries it again,
 * in its own lane.
 */
const DISTRUST_MS = 10_000;

const isFailing = ({ failing }: Lane): boolean =>
  failing !== null && failing.at > performance.now() - DISTRUST_MS;

const failingLanes = ({ isolated }: State): Lane[] => [...isolated.values()].filter(isFailing);

/**
 * Checks the connections, and whether the brokers acknowledge anything. Brokers may accept connections and acknowledge
 * nothing (too few in-sync copies, a full disk). Partitions of every lane then fail, and nothing has been acknowledged
 * since they began to fail. Failures of some partitions alone say nothing about the others.
 */
function checkLanes(state: State): Check {
  const { lanes, acknowledgedAt } = state;
  const away = lanes.filter(({ producer }) => producer === null).length;
  if (away > 0) return { ok: false, reason: `${away} of ${lanes.length} producers not connected` };
  const failing = failingLanes(state);
  const covered = new Set(
    failing.map(({ destination }) => Number(destination!.split(":").at(-1)) % lanes.length),
  );
  const isNothing =
    covered.size === lanes.length && failing.every((lane) => lane.failing!.since > acknowledgedAt);
  return isNothing ? { ok: false, reason: "the brokers acknowledge nothing" } : { ok: true };
}

function checkPartitions(state: State): Check {
  const failing = failingLanes(state);
  const [first] = failing;
  if (!first?.failing) return { ok: true };
  const seconds = Math.round((performance.now() - first.failing.since) / 1_000);
  const more = failing.length > 1 ? ` (and ${failing.length - 1} more)` : "";
  const reason = `${first.destination} accepts no records for ${seconds} s: ${first.failing.reason}${more}`;
  return { ok: false, tolerated: true, reason };
}

function takes(state: State, { topic, key, partition }: Destination): boolean {
  const lane = laneOf(state, topic, partition ?? choosePartition(state, topic, key));
  return !isFailing(lane);
}

function laneOf({ isolated, lanes }: State, topic: string, partition: number): Lane {
  const lane = isolated.size > 0 ? isolated.get(partitionKey(topic, partition)) : undefined;
  return lane ?? lanes[partition % lanes.length]!;
}

function enqueue(state: State, record: OutgoingRecord): Promise<void> {
  const { limits } = state;
  const { topic, key, value, headers } = record;
  const bytes = OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  if (state.stopping) return Promise.reject(new Unavailable("the publisher is stopping"));
  if (state.records >= limits.maxQueueRecords || state.bytes + bytes > limits.maxQueueBytes)
    return Promise.reject(new Unavailable("the queue to Kafka is full"));
  const message: Message = { key, value, ...(headers ? { headers } : {}) };
  const partition = record.partition ?? choosePartition(state, topic, key);
  const lane = laneOf(state, topic, partition);
  // a failing partition must not fill the queue of the others
  if (lane.destination && lane.failing && lane.queue.length >= limits.maxQueueRecords / PARTITIONS)
    return Promise.reject(new Unavailable("too many records wait for a partition that accepts none"));
  return new Promise((resolve, reject) => {
    lane.queue.push({
      topic,
      message: { ...message, partition },
      bytes,
      since: performance.now(),
      due: state.time.now() + limits.deadlineMs,
      handed: false,
      settled: false,
      resolve,
      reject,
    });
    state.records++;
    state.bytes += bytes;
    start(state, lane);
  });
}

/** Chooses the partition of a record. A record without a key goes to the next partition that accepts records. */
function choosePartition(state: State, topic: string, key: string | null): number {
  if (key !== null) return partitionOf(key);
  for (let tries = 1; ; tries++) {
    const partition = state.nextKeyless++ % PARTITIONS;
    if (tries === PARTITIONS || laneOf(state, topic, partition).failing === null) return partition;
  }
}

/**
 * Refuses records that have waited too long, unless the process was suspended: the brokers' answers may have arrived
 * and not be read yet. Records in flight are refused too, and stay in flight, because their outcome is unknown.
 */
function sweep(state: State): void {
  // a process may have several publishers, and each adds its own records
  state.metrics.queueRecords.inc(state.records - state.reportedRecords);
  state.reportedRecords = state.records;
  if (state.time.look()) return;
  const now = state.time.now();
  for (const lane of allLanes(state)) refuseLate(state, lane, now);
}

function refuseLate(state: State, { queue, flight }: Lane, now: number): void {
  const unknown = new OutcomeUnknown("Kafka did not acknowledge in time");
  const refusal = new Unavailable("Kafka accepted no records in time");
  for (const waiting of flight) if (waiting.due < now) settle(state, waiting, unknown);
  while (queue[0] && queue[0].due < now) {
    const waiting = queue.shift()!;
    settle(state, waiting, waiting.handed ? unknown : refusal);
    release(state, waiting.bytes);
  }
}
