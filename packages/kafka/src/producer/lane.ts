import { RefusedForGood, type Unavailable } from "@teravoz/domain";
import { type Log, type Metrics, sleep } from "@teravoz/runtime";
import kafkajs, { type Message, type Producer } from "kafkajs";
import type { KafkaClient } from "../client/client.ts";
import { withDeadline } from "../client/deadline.ts";
import { partitionKey } from "../client/partition-key.ts";
import { isOfRecord, type PartitionOutcome, readOutcomes, reasonOf } from "./outcomes.ts";

export type PublisherLimits = {
  /** The number of producers that share the partitions. A partition that fails gets its own producer. */
  lanes: number;
  /** The time from publish to acknowledgement. A record that takes longer is refused. */
  deadlineMs: number;
  /** The pause between two tries to connect, or to send records that a destination did not accept. */
  retryMs: number;
  /** The number of records that may wait in all lanes together, including those in flight. */
  maxQueueRecords: number;
  maxQueueBytes: number;
  maxBatchRecords: number;
  /**
   * The size of a batch. The default is half of a broker's default message.max.bytes, in case the whole batch goes to
   * one partition.
   */
  maxBatchBytes: number;
};

/** A record to be sent and the caller that waits for it. */
export type PendingRecord = {
  topic: string;
  message: Message;
  bytes: number;
  /** The time of the publish (performance.now()). */
  since: number;
  /** The time at which it is refused, in the publisher's running time. */
  due: number;
  /** True once the record was handed to the client. From then on it may be in the log. */
  handed: boolean;
  settled: boolean;
  resolve(): void;
  reject(error: Unavailable): void;
};

/** The failure of a lane: when its batches began to fail, when the last one failed (performance.now()), and why. */
export type Failing = { since: number; at: number; reason: string };

/** One producer and the records it has to send: one batch in flight, the rest in the queue. */
export type Lane = {
  /** The only destination ("topic:partition") of an isolated lane. Null if several destinations share the lane. */
  destination: string | null;
  producer: Producer | null;
  queue: PendingRecord[];
  flight: PendingRecord[];
  working: boolean;
  /** Null after an acknowledged batch. */
  failing: Failing | null;
  /** The maximum number of records in the next batch. */
  maxRecords: number;
  /** Resolves when the lane has nothing left to do. */
  idle: Promise<void>;
};

export const createLane = (maxRecords: number, destination: string | null = null): Lane => ({
  destination,
  producer: null,
  queue: [],
  flight: [],
  working: false,
  failing: null,
  maxRecords,
  idle: Promise.resolve(),
});

/** The state that all lanes of a publisher share. `records` and `bytes` count waiting records and those in flight. */
export type Sending = {
  client: KafkaClient;
  log: Log;
  metrics: Metrics;
  limits: PublisherLimits;
  records: number;
  bytes: number;
  stopping: boolean;
  /** The lanes of destinations that failed, by destination. */
  isolated: Map<string, Lane>;
  /** The time of the last acknowledged batch (performance.now()). */
  acknowledgedAt: number;
};

/**
 * Records that arrive within this time are sent together. Measured with 64 connections on two cores and three lanes: a
 * time of 0 ms gave batches of 7 and about 8,000 records/s. 2 ms gave batches of 17 and 11,400/s at a lower p99. 5 ms
 * gave 8,000/s again, because then all senders wait for each batch.
 */
const LINGER_MS = 2;
/**
 * The part of the deadline that a batch of several destinations gets. In the remaining time each destination is tried
 * separately.
 */
const SHARED_PART = 0.7;
/** The time limit for a broker's answer. It is short enough that the deadline leaves time for another broker. */
const ANSWER_MS = 2_000;
/**
 * Disables the retries of kafkajs, which would send the whole batch again, including records that are already written.
 * Each destination is retried by its own lane.
 */
const ONE_TRY = { retries: 0 };

/** Starts the work of a lane unless it is already working. */
export function start(state: Sending, lane: Lane): void {
  if (lane.working) return;
  lane.working = true;
  lane.idle = work(state, lane);
}

async function work(state: Sending, lane: Lane): Promise<void> {
  while (hasWork(state, lane)) {
    const connected = await connect(state, lane);
    if (connected) {
      await sleep(LINGER_MS);
      await sendNext(state, lane);
    }
    if (!connected || (lane.destination && lane.failing)) await sleep(state.limits.retryMs);
  }
  // no await since the last check of the queue, so a record that arrives later finds the lane idle and starts it
  lane.working = false;
  if (lane.destination && !lane.failing) rejoin(state, lane);
}

/** Returns whether the lane has to send or to connect. A shared lane connects before its first record. */
const hasWork = ({ stopping }: Sending, { destination, producer, queue }: Lane): boolean =>
  queue.length > 0 || (destination === null && producer === null && !stopping);

/** Ends an isolated lane. From its next record on, the destination uses the shared lane again. */
function rejoin(state: Sending, lane: Lane): void {
  state.isolated.delete(lane.destination!);
  if (lane.producer) abandon(lane.producer, Promise.resolve());
}

/** Connects the lane if necessary. Resolves to true if it now has a connected producer. */
async function connect(state: Sending, lane: Lane): Promise<boolean> {
  if (lane.producer) return true;
  const producer: Producer = state.client
    .open({ isWanted: () => !abandoned.has(producer), requestTimeoutMs: ANSWER_MS })
    .producer({
      // an idempotent producer reads all topics' metadata, and one leaderless partition of any topic would stop it
      idempotent: false,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: ONE_TRY,
    });
  const connecting = producer.connect();
  try {
    await withDeadline(connecting, state.limits.deadlineMs);
    lane.producer = producer;
    return true;
  } catch (err) {
    state.log.warn({ err }, "producer cannot connect");
    abandon(producer, connecting);
    return false;
  }
}

async function sendNext(state: Sending, lane: Lane): Promise<void> {
  lane.flight = takeBatch(state, lane);
  const { flight, producer } = lane;
  if (flight.length === 0 || !producer) return;
  for (const waiting of flight) waiting.handed = true;
  const sending = producer.sendBatch({ acks: -1, topicMessages: byTopic(flight) });
  const deadlineMs = state.limits.deadlineMs * (lane.destination ? 1 : SHARED_PART);
  try {
    const outcomes = readOutcomes(flight, await withDeadline(sending, deadlineMs));
    lane.flight = [];
    state.metrics.batchRecords.observe({ direction: "published" }, flight.length);
    for (const outcome of outcomes) conclude(state, lane, outcome);
  } catch (err) {
    // logged as a warning only at the first failure
    const level = lane.failing ? "debug" : "warn";
    state.log[level]({ err, records: flight.length }, "batch failed, producer replaced");
    lane.flight = [];
    lane.producer = null;
    abandon(producer, sending);
    const error = reasonOf(err);
    const destinations = Map.groupBy(flight, ({ topic, message }) => partitionKey(topic, message.partition!));
    for (const [destination, records] of destinations) conclude(state, lane, { destination, records, error });
  }
}

function conclude(
  state: Sending,
  lane: Lane,
  { destination, records, error }: PartitionOutcome<PendingRecord>,
): void {
  if (error === null) {
    acknowledge(state, lane, records);
    return;
  }
  const refused = isOfRecord(error);
  if (refused && records.length === 1) {
    const refusal = new RefusedForGood(`Kafka refuses the record: ${error}`);
    release(state, records[0]!.bytes);
    settle(state, records[0]!, refusal);
    if (lane.destination) lane.failing = null;
  } else fail(state, isolate(state, lane, destination), { records, error, refused });
}

function acknowledge(state: Sending, lane: Lane, records: readonly PendingRecord[]): void {
  for (const waiting of records) {
    release(state, waiting.bytes);
    settle(state, waiting);
  }
  if (lane.failing) state.log.info({ destination: lane.destination }, "a partition accepts records again");
  lane.failing = null;
  lane.maxRecords = state.limits.maxBatchRecords;
  state.acknowledgedAt = performance.now();
}

/**
 * Returns the lane of this destination alone. A new one takes the destination's records from the lane in which it
 * failed.
 */
function isolate(state: Sending, from: Lane, destination: string): Lane {
  if (from.destination) return from;
  const isOf = ({ topic, message }: PendingRecord) => partitionKey(topic, message.partition!) === destination;
  const lane = createLane(state.limits.maxBatchRecords, destination);
  lane.queue = from.queue.filter(isOf);
  from.queue = from.queue.filter((waiting) => !isOf(waiting));
  state.isolated.set(destination, lane);
  return lane;
}

type Failure = { records: readonly PendingRecord[]; error: string; refused: boolean };

/**
 * Queues the records that have not reached their deadline again, in their order. If Kafka refuses one of several
 * records, the batch is halved until that record is alone.
 */
function fail(state: Sending, lane: Lane, { records, error, refused }: Failure): void {
  const again = records.filter(({ settled }) => !settled);
  for (const { settled, bytes } of records) if (settled) release(state, bytes);
  lane.queue.unshift(...again);
  if (refused) lane.maxRecords = Math.ceil(records.length / 2);
  else {
    const at = performance.now();
    if (!lane.failing)
      state.log.warn({ destination: lane.destination, reason: error }, "a partition accepts no records");
    lane.failing = { since: lane.failing?.since ?? at, at, reason: error };
  }
  start(state, lane);
}

/** Takes as many records from the head of the queue as one batch may hold. */
function takeBatch(state: Sending, lane: Lane): PendingRecord[] {
  let bytes = 0;
  const end = lane.queue.findIndex((waiting, n) => {
    bytes += waiting.bytes;
    return n > 0 && (n >= lane.maxRecords || bytes > state.limits.maxBatchBytes);
  });
  return lane.queue.splice(0, end < 0 ? lane.queue.length : end);
}

function byTopic(flight: PendingRecord[]): { topic: string; messages: Message[] }[] {
  const groups = Map.groupBy(flight, ({ topic }) => topic);
  return [...groups].map(([topic, waiting]) => ({ topic, messages: waiting.map(({ message }) => message) }));
}

/** Resolves or rejects the caller's promise, once. */
export function settle(state: Sending, waiting: PendingRecord, refusal?: Unavailable): void {
  if (waiting.settled) return;
  waiting.settled = true;
  if (refusal) waiting.reject(refusal);
  else {
    state.metrics.publishSeconds.observe((performance.now() - waiting.since) / 1000);
    waiting.resolve();
  }
}

/** Removes a record from the counts of the queue. */
export function release(state: Sending, bytes: number): void {
  state.records--;
  state.bytes -= bytes;
}

const abandoned = new WeakSet<Producer>();

/**
 * Disconnects a failed producer without waiting for it. It may hang, or connect again for a pending request, so it is
 * disconnected a second time when that request has ended.
 */
function abandon(producer: Producer, pending: Promise<unknown>): void {
  abandoned.add(producer);
  const end = () => producer.disconnect().catch(() => undefined);
  void end();
  void pending.then(end, end);
}
