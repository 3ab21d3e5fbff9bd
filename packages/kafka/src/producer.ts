import { OutcomeUnknown, Unavailable } from "@teravoz/domain";
import { type Check, createRunningTime, type Log, type Metrics, type RunningTime } from "@teravoz/runtime";
import type { Message } from "kafkajs";
import type { KafkaClient } from "./client.ts";
import { createLane, type Lane, type PublisherLimits, release, type Sending, settle, start } from "./lane.ts";
import { partitionOf } from "./partition.ts";
import { PARTITIONS } from "./topics.ts";

export type OutgoingRecord = {
  topic: string;
  key: string | null;
  /** Null is a tombstone. */
  value: Buffer | null;
  headers?: Record<string, string>;
  /** Default: the key's. */
  partition?: number;
};

export type { PublisherLimits } from "./lane.ts";

export type Publisher = {
  /**
   * Resolves when the brokers have acknowledged the record (acks=all). Throws Unavailable at once where the queue is full, and when
   * the deadline passes before its turn came. Throws OutcomeUnknown when the deadline passes after it was handed to the client: the
   * record may or may not be in the log, and sending it again is safe. Time in which the process is stopped does not count.
   */
  publish(record: OutgoingRecord): Promise<void>;
  check(): Check;
  /** Sends what waits, then disconnects. */
  stop(): Promise<void>;
};

const DEFAULT_LIMITS: PublisherLimits = {
  lanes: 3,
  deadlineMs: 5_000,
  maxQueueRecords: 20_000,
  maxQueueBytes: 64 * 1024 * 1024,
  maxBatchRecords: 1_000,
  maxBatchBytes: 512 * 1024,
};

/** How late a deadline may be noticed. */
const SWEEP_MS = 50;
/** A record's own cost beside key and value, about. */
const OVERHEAD_BYTES = 200;

type State = Sending & { lanes: Lane[]; nextKeyless: number; time: RunningTime };

/**
 * Group commit: what waits while a send is in flight goes with the next one. One send is in flight per producer, the
 * same batch is retried unchanged, and a producer that gave up a batch is replaced: with kafkajs, concurrent
 * idempotent sends acknowledge records that are then gone (github.com/tulios/kafkajs/issues/1005). Starts at once and
 * connects in the background.
 */
export function createPublisher(options: {
  client: KafkaClient;
  log: Log;
  metrics: Metrics;
  limits?: Partial<PublisherLimits>;
}): Publisher {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const lanes = Array.from({ length: limits.lanes }, createLane);
  const time = createRunningTime(SWEEP_MS);
  const begun = { records: 0, bytes: 0, stopping: false, nextKeyless: 0 };
  const state: State = { ...options, ...begun, limits, lanes, time };
  const sweeper = setInterval(() => sweep(state), SWEEP_MS);
  for (const lane of lanes) start(state, lane);
  return {
    publish: (record) => enqueue(state, record),
    check: () => checkLanes(state),
    stop: async () => {
      state.stopping = true;
      await Promise.all(lanes.map((lane) => lane.idle));
      clearInterval(sweeper);
      await Promise.all(lanes.map(({ producer }) => producer?.disconnect()));
    },
  };
}

/**
 * Brokers may let producers connect and acknowledge nothing (too few in-sync copies, a full disk): then no lane had its last batch
 * acknowledged. One lane alone says nothing of the others, and after a while traffic may try again.
 */
const DISTRUST_MS = 10_000;

function checkLanes({ lanes }: State): Check {
  const away = lanes.filter(({ producer }) => producer === null).length;
  if (away > 0) return { ok: false, reason: `${away} of ${lanes.length} producers not connected` };
  const since = performance.now() - DISTRUST_MS;
  return lanes.every(({ gaveUpAt }) => gaveUpAt !== null && gaveUpAt > since)
    ? { ok: false, reason: "the brokers acknowledge nothing" }
    : { ok: true };
}

function enqueue(state: State, record: OutgoingRecord): Promise<void> {
  const { limits } = state;
  const { topic, key, value, headers } = record;
  const bytes = OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  if (state.stopping) return Promise.reject(new Unavailable("the publisher is stopping"));
  if (state.records >= limits.maxQueueRecords || state.bytes + bytes > limits.maxQueueBytes)
    return Promise.reject(new Unavailable("the queue to Kafka is full"));
  const message: Message = { key, value, ...(headers ? { headers } : {}) };
  const partition = record.partition ?? choosePartition(state, key);
  return new Promise((resolve, reject) => {
    const lane = state.lanes[partition % state.lanes.length]!;
    const since = performance.now();
    const due = state.time.now() + limits.deadlineMs;
    lane.queue.push({
      topic,
      message: { ...message, partition },
      bytes,
      since,
      due,
      settled: false,
      resolve,
      reject,
    });
    state.records++;
    state.bytes += bytes;
    start(state, lane);
  });
}

const choosePartition = (state: State, key: string | null): number =>
  key === null ? state.nextKeyless++ % PARTITIONS : partitionOf(key);

/**
 * Refuses what has waited too long, unless the process was held up: the brokers' answers may be there and not read yet. What is in
 * flight is refused too, and stays in flight: its outcome is unknown.
 */
function sweep(state: State): void {
  state.metrics.queueRecords.set(state.records);
  if (state.time.look()) return;
  const now = state.time.now();
  const unknown = new OutcomeUnknown("Kafka did not acknowledge in time");
  const refusal = new Unavailable("Kafka took nothing in time");
  for (const { queue, flight } of state.lanes) {
    for (const waiting of flight) if (waiting.due < now) settle(state, waiting, unknown);
    while (queue[0] && queue[0].due < now) {
      const waiting = queue.shift()!;
      settle(state, waiting, refusal);
      release(state, waiting.bytes);
    }
  }
}
