import { setTimeout as sleep } from "node:timers/promises";
import { Unavailable } from "@teravoz/domain";
import type { Check, Log, Metrics } from "@teravoz/runtime";
import kafkajs, { type Message, type Producer } from "kafkajs";
import { type KafkaClient, RETRY } from "./client.ts";
import { PARTITIONS } from "./topics.ts";

export type OutgoingRecord = {
  topic: string;
  key: string | null;
  /** Null is a tombstone. */
  value: Buffer | null;
  headers?: Record<string, string>;
};

export type Publisher = {
  /**
   * Resolves when the brokers have acknowledged the record (acks=all). Throws Unavailable at once where the queue is
   * full, and when the deadline passes: then the record may or may not be in the log, and sending it again is safe.
   */
  publish(record: OutgoingRecord): Promise<void>;
  check(): Check;
  /** Sends what waits, then disconnects. */
  stop(): Promise<void>;
};

export type PublisherLimits = {
  /** Producers that share the partitions: a partition without a leader stalls only the ones of its own. */
  lanes: number;
  /** From publish to acknowledgement; past it the record is refused. */
  deadlineMs: number;
  /** What may wait in all lanes together, in flight included. */
  maxQueueRecords: number;
  maxQueueBytes: number;
  maxBatchRecords: number;
  /** Half of a broker's default message.max.bytes, should all of a batch go to one partition. */
  maxBatchBytes: number;
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
const RECONNECT_MS = 500;
/** A record's own cost beside key and value, about. */
const OVERHEAD_BYTES = 200;

type Waiting = {
  topic: string;
  message: Message;
  bytes: number;
  since: number;
  settled: boolean;
  resolve(): void;
  reject(error: Unavailable): void;
};

type Lane = { producer: Producer | null; queue: Waiting[]; flight: Waiting[]; idle: Promise<void> | null };

type State = {
  client: KafkaClient;
  log: Log;
  metrics: Metrics;
  limits: PublisherLimits;
  lanes: Lane[];
  records: number;
  bytes: number;
  stopping: boolean;
  nextKeyless: number;
};

const findPartition = kafkajs.Partitioners.DefaultPartitioner();
const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({
  partitionErrorCode: 0,
  partitionId,
  leader: 0,
  replicas: [],
  isr: [],
}));

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
  const lanes = Array.from(
    { length: limits.lanes },
    (): Lane => ({ producer: null, queue: [], flight: [], idle: null }),
  );
  const state: State = { ...options, limits, lanes, records: 0, bytes: 0, stopping: false, nextKeyless: 0 };
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

function checkLanes({ lanes }: State): Check {
  const away = lanes.filter(({ producer }) => producer === null).length;
  return away === 0
    ? { ok: true }
    : { ok: false, reason: `${away} of ${lanes.length} producers not connected` };
}

function enqueue(state: State, { topic, key, value, headers }: OutgoingRecord): Promise<void> {
  const { limits } = state;
  const bytes = OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  if (state.stopping) return Promise.reject(new Unavailable("the publisher is stopping"));
  if (state.records >= limits.maxQueueRecords || state.bytes + bytes > limits.maxQueueBytes)
    return Promise.reject(new Unavailable("the queue to Kafka is full"));
  const message: Message = { key, value, ...(headers ? { headers } : {}) };
  const partition =
    key === null ? state.nextKeyless++ % PARTITIONS : findPartition({ topic, partitionMetadata, message });
  return new Promise((resolve, reject) => {
    const lane = state.lanes[partition % state.lanes.length]!;
    const since = performance.now();
    lane.queue.push({
      topic,
      message: { ...message, partition },
      bytes,
      since,
      settled: false,
      resolve,
      reject,
    });
    state.records++;
    state.bytes += bytes;
    start(state, lane);
  });
}

/** Sets a lane to work unless it is at work. */
function start(state: State, lane: Lane): void {
  lane.idle ??= work(state, lane).finally(() => {
    lane.idle = null;
  });
}

async function work(state: State, lane: Lane): Promise<void> {
  while (lane.producer === null || lane.queue.length > 0) {
    if (state.stopping && lane.queue.length === 0) return;
    if (await connect(state, lane)) await sendNext(state, lane);
    else await sleep(RECONNECT_MS);
  }
}

/** Whether the lane has a connected producer now. */
async function connect(state: State, lane: Lane): Promise<boolean> {
  if (lane.producer) return true;
  const producer: Producer = state.client
    .open(() => !abandoned.has(producer))
    .producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: RETRY,
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

async function sendNext(state: State, lane: Lane): Promise<void> {
  lane.flight = takeBatch(state, lane);
  const { flight, producer } = lane;
  if (flight.length === 0 || !producer) return;
  const sending = producer.sendBatch({ acks: -1, topicMessages: byTopic(flight) });
  try {
    await withDeadline(sending, state.limits.deadlineMs);
    state.metrics.batchRecords.observe({ direction: "published" }, flight.length);
    for (const waiting of flight) settle(state, waiting);
  } catch (err) {
    state.log.warn({ err, records: flight.length }, "batch given up, producer replaced");
    const refusal = new Unavailable("Kafka did not acknowledge in time", { cause: err });
    for (const waiting of flight) settle(state, waiting, refusal);
    lane.producer = null;
    abandon(producer, sending);
  } finally {
    for (const { bytes } of flight) release(state, bytes);
    lane.flight = [];
  }
}

/** The head of the queue, as much as one batch may hold. What was refused meanwhile is left out. */
function takeBatch(state: State, lane: Lane): Waiting[] {
  let bytes = 0;
  const end = lane.queue.findIndex((waiting, n) => {
    bytes += waiting.bytes;
    return n > 0 && (n >= state.limits.maxBatchRecords || bytes > state.limits.maxBatchBytes);
  });
  return lane.queue.splice(0, end < 0 ? lane.queue.length : end);
}

function byTopic(flight: Waiting[]): { topic: string; messages: Message[] }[] {
  const groups = Map.groupBy(flight, ({ topic }) => topic);
  return [...groups].map(([topic, waiting]) => ({ topic, messages: waiting.map(({ message }) => message) }));
}

function settle(state: State, waiting: Waiting, refusal?: Unavailable): void {
  if (waiting.settled) return;
  waiting.settled = true;
  if (refusal) waiting.reject(refusal);
  else {
    state.metrics.publishSeconds.observe((performance.now() - waiting.since) / 1000);
    waiting.resolve();
  }
}

function release(state: State, bytes: number): void {
  state.records--;
  state.bytes -= bytes;
}

/** Refuses what has waited too long. What is in flight is refused too, and stays in flight: its outcome is unknown. */
function sweep(state: State): void {
  state.metrics.queueRecords.set(state.records);
  const latest = performance.now() - state.limits.deadlineMs;
  const refusal = new Unavailable("Kafka did not acknowledge in time");
  for (const { queue, flight } of state.lanes) {
    for (const waiting of flight) if (waiting.since < latest) settle(state, waiting, refusal);
    while (queue[0] && queue[0].since < latest) {
      const waiting = queue.shift()!;
      settle(state, waiting, refusal);
      release(state, waiting.bytes);
    }
  }
}

const abandoned = new WeakSet<Producer>();

/** A producer that failed may hang, or connect once more for what it was doing: nobody waits, and it is ended twice. */
function abandon(producer: Producer, pending: Promise<unknown>): void {
  abandoned.add(producer);
  const end = () => producer.disconnect().catch(() => undefined);
  void end();
  void pending.then(end, end);
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unavailable(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
