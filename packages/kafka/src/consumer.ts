import { setTimeout as sleep } from "node:timers/promises";
import { Unavailable } from "@teravoz/domain";
import { type Check, type Log, type Metrics, untilAvailable } from "@teravoz/runtime";
import type { Batch, Consumer, EachBatchPayload, KafkaMessage } from "kafkajs";
import type { ConsumedBatch, ConsumedRecord, HandleBatch } from "./batch.ts";
import { type KafkaClient, RETRY } from "./client.ts";
import { countGap, forgetLag, observeLag } from "./lag.ts";
import {
  type Assignment,
  createMembership,
  heartbeatMs,
  type Member,
  type Membership,
  memberOptions,
} from "./membership.ts";
import { findStart, readStandings, type Standing } from "./starts.ts";

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
};

type State = ConsumeOptions & {
  membership: Membership;
  /** Where a partition was last sent back to, "topic:partition" -> offset. */
  sought: Map<string, number>;
  /** Partitions whose stored position the log does not reach. */
  beyond: Set<string>;
};

const PREPARE_MS = 20;

const place = (topic: string, partition: number) => `${topic}:${partition}`;

/**
 * Reads every partition of the topics that the group gives this process, each from the position it is given, one batch
 * at a time. Kafka's committed offset follows the stored position and is for lag tools and for what was stored but not
 * told: a start reads from the lower of the two. While a dependency is away a batch waits and the heartbeats go on.
 * Starts in the background.
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
  const prepare = (member: Member, assignment: Assignment) => seekAll(state, member, assignment);
  const membership = createMembership({
    ...{ open, topics, run, prepare, log, onCrash },
    sessionTimeoutMs: client.sessionTimeoutMs,
  });
  const state: State = { ...options, membership, sought: new Map(), beyond: new Set() };
  return {
    check: () => checkState(state),
    partitions: () => membership.partitions(),
    stop: () => membership.stop(),
  };
}

function checkState({ beyond, membership }: State): Check {
  const [first] = beyond;
  if (first)
    return {
      ok: false,
      reason: `the stored position of ${first} is beyond the end of the log: was the topic made anew?`,
    };
  return membership.check();
}

async function consumeBatch(state: State, { consumer }: Member, payload: EachBatchPayload): Promise<void> {
  const { topic, partition, messages } = payload.batch;
  state.metrics.batchRecords.observe({ direction: "consumed" }, messages.length);
  // before anything is waited for: whoever looks sees it grow older
  observeLag(state, payload.batch, Number(payload.batch.firstOffset()));
  await whileBeating(payload, heartbeatMs(state.client.sessionTimeoutMs), async (isOurs) => {
    if (!(await untilPrepared(state, isOurs)) || state.beyond.has(place(topic, partition))) return;
    const patience = { log: state.log, isWanted: isOurs };
    const position = await untilAvailable(() => state.position(topic, partition), patience);
    if (isAhead(state, consumer, payload.batch, position)) return;
    const batch = readBatch(state, payload.batch, position);
    if (batch.expected !== null) observeLag(state, payload.batch, batch.expected);
    const outcome = await untilAvailable(() => state.handle(batch), patience);
    if (outcome === "fenced") {
      state.log.warn(
        { topic, partition, expected: position },
        "another writer has taken over, or erased meanwhile: reading again",
      );
      return consumer.seek({ topic, partition, offset: String(position ?? 0) });
    }
    state.sought.delete(place(topic, partition));
    payload.resolveOffset(payload.batch.lastOffset());
    observeLag(state, payload.batch, batch.next);
    await commit(consumer, batch);
  });
}

/** kafkajs wraps the error that its own loop must see to join the group again (UNKNOWN_MEMBER_ID): unwrapped. */
async function commit(consumer: Consumer, { topic, partition, next }: ConsumedBatch): Promise<void> {
  try {
    await consumer.commitOffsets([{ topic, partition, offset: String(next) }]);
  } catch (error) {
    const { cause } = error as Error;
    throw cause instanceof Error && "type" in cause ? cause : error;
  }
}

/**
 * A batch that was fetched from beyond the position skips what is in between: read again from the position. Once it was, what
 * is missing is no longer in the log.
 */
function isAhead({ sought }: State, consumer: Consumer, batch: Batch, position: number | null): boolean {
  const { topic, partition } = batch;
  const fetched = Number((batch as Batch & { fetchedOffset: string }).fetchedOffset);
  if (position === null || fetched <= position || sought.get(place(topic, partition)) === position)
    return false;
  sought.set(place(topic, partition), position);
  consumer.seek({ topic, partition, offset: String(position) });
  return true;
}

function readBatch(state: State, batch: Batch, expected: number | null): ConsumedBatch {
  const { topic, partition } = batch;
  const [stored, records] = partitionAt(batch.messages.map(toRecord), expected ?? 0);
  if (expected !== null) countGap(state, { topic, partition, expected, records });
  return {
    topic,
    partition,
    expected,
    records,
    stored,
    next: Math.max(Number(batch.lastOffset()) + 1, expected ?? 0),
  };
}

function partitionAt(records: ConsumedRecord[], position: number): [ConsumedRecord[], ConsumedRecord[]] {
  const at = records.findIndex(({ offset }) => offset >= position);
  return at < 0 ? [records, []] : [records.slice(0, at), records.slice(at)];
}

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
  } catch (error) {
    // taken away while a dependency was away: the next owner, or the next start, reads it again
    if (!(error instanceof Unavailable) || isOurs()) throw error;
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

/**
 * Brings each partition to its start, idle ones too: without a record no batch would ever look. Where the group has committed
 * nothing yet the start is committed at once: what is stored from now on, and not told, lies above it.
 */
async function seekAll(state: State, member: Member, assignment: Assignment): Promise<void> {
  const standings = await readStandings({ ...member, position: state.position }, assignment);
  state.beyond.clear();
  forgetLag(state);
  const firstStarts = standings.flatMap((standing) => {
    const { topic, partition, committed, high } = standing;
    const start = seekOne(state, member, standing);
    return committed === null ? [{ topic, partition, offset: String(start ?? high) }] : [];
  });
  if (firstStarts.length > 0) await member.consumer.commitOffsets(firstStarts);
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
