import { RefusedForGood, type Unavailable } from "@teravoz/domain";
import { type Log, type Metrics, sleep } from "@teravoz/runtime";
import kafkajs, { type Message, type Producer } from "kafkajs";
import type { KafkaClient } from "./client.ts";
import { withDeadline } from "./deadline.ts";
import { isOfRecord, type PartitionOutcome, readOutcomes, reasonOf } from "./outcomes.ts";
import { partitionKey } from "./partition-key.ts";

export type PublisherLimits = {
  /** Producers that share the partitions; a partition that fails gets one of its own. */
  lanes: number;
  /** From publish to acknowledgement; past it the record is refused. */
  deadlineMs: number;
  /** Between two tries to connect, or to send what a destination did not take. */
  retryMs: number;
  /** What may wait in all lanes together, in flight included. */
  maxQueueRecords: number;
  maxQueueBytes: number;
  maxBatchRecords: number;
  /** Half of a broker's default message.max.bytes, should all of a batch go to one partition. */
  maxBatchBytes: number;
};

/** A record on its way, and the caller that waits for it. */
export type PendingRecord = {
  topic: string;
  message: Message;
  bytes: number;
  /** When it came (performance.now()). */
  since: number;
  /** When it is refused, by the publisher's running time. */
  due: number;
  /** It was handed to the client: from then on it may be in the log. */
  handed: boolean;
  settled: boolean;
  resolve(): void;
  reject(error: Unavailable): void;
};

/** Since when a lane's batches fail, when the last one did (performance.now()), and why. */
export type Failing = { since: number; at: number; reason: string };

/** One producer and what it has to send: one batch in flight, the rest in the queue. */
export type Lane = {
  /** The one destination ("topic:partition") of an isolated lane; null where several share the lane. */
  destination: string | null;
  producer: Producer | null;
  queue: PendingRecord[];
  flight: PendingRecord[];
  working: boolean;
  /** Null after a batch that was acknowledged. */
  failing: Failing | null;
  /** How many records the next batch may hold. */
  maxRecords: number;
  /** Resolves when the lane is at rest. */
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

/** What all lanes of a publisher share; `records` and `bytes` count what waits and what is in flight. */
export type Sending = {
  client: KafkaClient;
  log: Log;
  metrics: Metrics;
  limits: PublisherLimits;
  records: number;
  bytes: number;
  stopping: boolean;
  /** Lanes of destinations that failed, by destination. */
  isolated: Map<string, Lane>;
  /** When a batch was acknowledged last (performance.now()). */
  acknowledgedAt: number;
};

/**
 * What comes within it goes together. Measured at 64 connections on two cores, three lanes: 0 ms gave batches of 7 and some 8,000
 * records/s, 2 ms batches of 17 and 11,400/s at a lower p99, 5 ms 8,000/s again, for all senders wait then.
 */
const LINGER_MS = 2;
/** The part of the deadline that a batch of several destinations gets: in the rest each of them is tried by itself. */
const SHARED_PART = 0.7;
/** A broker that does not answer for so long is given up: the deadline leaves time for another one. */
const ANSWER_MS = 2_000;
/** Each destination is tried again by its own lane. kafkajs would send the whole batch again, with what was written already. */
const ONE_TRY = { retries: 0 };

/** Sets a lane to work unless it is at work. */
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
  // in the same breath as the last look at the queue: a record that comes later finds the lane at rest and starts it
  lane.working = false;
  if (lane.destination && !lane.failing) rejoin(state, lane);
}

/** A shared lane connects ahead of its first record. */
const hasWork = ({ stopping }: Sending, { destination, producer, queue }: Lane): boolean =>
  queue.length > 0 || (destination === null && producer === null && !stopping);

/** From the next record on its destination goes with the others again. */
function rejoin(state: Sending, lane: Lane): void {
  state.isolated.delete(lane.destination!);
  if (lane.producer) abandon(lane.producer, Promise.resolve());
}

/** Whether the lane has a connected producer now. */
async function connect(state: Sending, lane: Lane): Promise<boolean> {
  if (lane.producer) return true;
  const producer: Producer = state.client
    .open({ isWanted: () => !abandoned.has(producer), requestTimeoutMs: ANSWER_MS })
    .producer({
      // an idempotent one asks for the metadata of all topics: one partition without a leader, of any topic, would stop it
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
    // logged when it begins to fail, not at each try
    const level = lane.failing ? "debug" : "warn";
    state.log[level]({ err, records: flight.length }, "batch given up, producer replaced");
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
  if (lane.failing) state.log.info({ destination: lane.destination }, "a partition takes records again");
  lane.failing = null;
  lane.maxRecords = state.limits.maxBatchRecords;
  state.acknowledgedAt = performance.now();
}

/** A lane for this destination alone: it gets what waits for it in the lane where it failed. */
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

/** Records whose deadline has not come are sent again, in their order. If one of several is refused, the batch is halved until it stands alone. */
function fail(state: Sending, lane: Lane, { records, error, refused }: Failure): void {
  const again = records.filter(({ settled }) => !settled);
  for (const { settled, bytes } of records) if (settled) release(state, bytes);
  lane.queue.unshift(...again);
  if (refused) lane.maxRecords = Math.ceil(records.length / 2);
  else {
    const at = performance.now();
    if (!lane.failing)
      state.log.warn({ destination: lane.destination, reason: error }, "a partition takes no records");
    lane.failing = { since: lane.failing?.since ?? at, at, reason: error };
  }
  start(state, lane);
}

/** The head of the queue, as much as one batch may hold. What was refused meanwhile is left out. */
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

/** Answers the caller, once. */
export function settle(state: Sending, waiting: PendingRecord, refusal?: Unavailable): void {
  if (waiting.settled) return;
  waiting.settled = true;
  if (refusal) waiting.reject(refusal);
  else {
    state.metrics.publishSeconds.observe((performance.now() - waiting.since) / 1000);
    waiting.resolve();
  }
}

/** Makes room in the queue. */
export function release(state: Sending, bytes: number): void {
  state.records--;
  state.bytes -= bytes;
}

const abandoned = new WeakSet<Producer>();

/** A producer that failed may hang, or connect once more for what it was doing: it is not waited for, and is ended twice. */
function abandon(producer: Producer, pending: Promise<unknown>): void {
  abandoned.add(producer);
  const end = () => producer.disconnect().catch(() => undefined);
  void end();
  void pending.then(end, end);
}
