import { EventEmitter } from "node:events";
import type { KafkaClient } from "@teravoz/kafka";
import type { EachBatchPayload } from "kafkajs";

const TOPIC = "t";
/** The names of the events of a consumer, as fakes emit them. */
export const EVENTS = {
  FETCH: "fetch",
  HEARTBEAT: "heartbeat",
  REBALANCING: "rebalancing",
  GROUP_JOIN: "join",
  CRASH: "crash",
};

type Log = { end: number; missing: Set<number> };
type RunOptions = {
  partitionsConsumedConcurrently: number;
  eachBatch(payload: EachBatchPayload): Promise<void>;
};

/**
 * One broker and one consumer group in memory, for unit tests of consumers. Like kafkajs it fetches from all partitions at once, and
 * fetches again when every batch of that fetch is handled. It keeps offsets as kafkajs does: `resolveOffset`, `seek` and `pause` count
 * at the next fetch.
 */
export function createFakeKafka(partitions: number) {
  const logs = Array.from({ length: partitions }, (): Log => ({ end: 0, missing: new Set() }));
  const committed = new Map<number, number>();
  const leaderless = new Set<number>();
  const fake = {
    topic: TOPIC,
    leaderless,
    committed,
    /** What a commit throws, while it is set. */
    commitError: null as Error | null,
    /** How often records of a partition were fetched. */
    fetches: new Map<number, number>(),
    append: (partition: number, count: number) => {
      logs[partition]!.end += count;
    },
    /** Removes records. */
    compact: (partition: number, offsets: readonly number[]) => {
      for (const offset of offsets) logs[partition]!.missing.add(offset);
    },
    seek: (_partition: number, _offset: number) => {},
    /** As after a rebalance that gives the member the same partitions again. */
    rejoin: () => {},
    client: undefined as unknown as KafkaClient,
  };
  const ends = () =>
    logs.flatMap((log, partition) =>
      leaderless.has(partition)
        ? []
        : [{ partition, low: "0", high: String(log.end), offset: String(log.end) }],
    );
  const admin = () => ({
    connect: async () => {},
    disconnect: async () => {},
    fetchTopicOffsets: async () => ends(),
    fetchOffsets: async () => [
      {
        topic: TOPIC,
        partitions: logs.map((_, partition) => ({
          partition,
          offset: String(committed.get(partition) ?? -1),
        })),
      },
    ],
  });
  const consumer = () => openConsumer(fake, logs);
  fake.client = { open: () => ({ consumer, admin }), sessionTimeoutMs: 10_000 } as unknown as KafkaClient;
  return fake;
}

type Fake = {
  leaderless: Set<number>;
  committed: Map<number, number>;
  commitError: Error | null;
  fetches: Map<number, number>;
  seek(partition: number, offset: number): void;
  rejoin(): void;
};

function openConsumer(fake: Fake, logs: Log[]) {
  const consumer = new EventEmitter();
  const next = logs.map(() => 0);
  const sought = new Map<number, number>();
  const paused = new Set<number>();
  let [isRunning, isJoined] = [true, false];
  const join = () => {
    isJoined = true;
    const memberAssignment = { [TOPIC]: logs.map((_, partition) => partition) };
    consumer.emit(EVENTS.GROUP_JOIN, { payload: { groupId: "g", memberAssignment } });
  };
  fake.seek = (partition, offset) => void sought.set(partition, offset);
  fake.rejoin = () => {
    consumer.emit(EVENTS.REBALANCING);
    isJoined = false;
  };
  const fetchOf = (partition: number, log: Log): EachBatchPayload[] => {
    const at = sought.get(partition);
    if (at !== undefined) next[partition] = at;
    sought.delete(partition);
    const from = next[partition]!;
    if (paused.has(partition) || fake.leaderless.has(partition) || from >= log.end) return [];
    fake.fetches.set(partition, (fake.fetches.get(partition) ?? 0) + 1);
    const offsets = Array.from({ length: log.end - from }, (_, n) => from + n);
    const messages = offsets
      .filter((offset) => !log.missing.has(offset))
      .map((offset) => ({ offset: String(offset), key: null, value: null, timestamp: "0", headers: {} }));
    const batch = {
      ...{ topic: TOPIC, partition, messages, highWatermark: String(log.end) },
      fetchedOffset: String(from),
      firstOffset: () => messages[0]!.offset,
      lastOffset: () => messages.at(-1)!.offset,
    };
    return [
      {
        batch,
        heartbeat: async () => {},
        isRunning: () => isRunning,
        isStale: () => sought.has(partition),
        resolveOffset: (offset: string) => {
          next[partition] = Number(offset) + 1;
        },
      } as unknown as EachBatchPayload,
    ];
  };
  const fetchAll = async ({ eachBatch, partitionsConsumedConcurrently }: RunOptions) => {
    const queue = logs.flatMap((log, partition) => fetchOf(partition, log));
    const work = async () => {
      for (let payload = queue.shift(); payload; payload = queue.shift()) await eachBatch(payload);
    };
    await Promise.all(Array.from({ length: partitionsConsumedConcurrently }, work));
  };
  return Object.assign(consumer, {
    events: EVENTS,
    connect: async () => {},
    subscribe: async () => {},
    disconnect: async () => {
      isRunning = false;
    },
    seek: ({ partition, offset }: { partition: number; offset: string }) =>
      void sought.set(partition, Number(offset)),
    pause: ([{ partitions }]: [{ partitions: number[] }]) => {
      for (const partition of partitions) paused.add(partition);
    },
    resume: ([{ partitions }]: [{ partitions: number[] }]) => {
      for (const partition of partitions) paused.delete(partition);
    },
    commitOffsets: async (offsets: { partition: number; offset: string }[]) => {
      if (fake.commitError) throw fake.commitError;
      for (const { partition, offset } of offsets) fake.committed.set(partition, Number(offset));
    },
    run: async (options: RunOptions) => {
      const live = async () => {
        while (isRunning) {
          if (!isJoined) join();
          consumer.emit(EVENTS.FETCH);
          await fetchAll(options);
          // a fetch that finds nothing comes back after a while
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      };
      live().catch((error) => {
        isRunning = false;
        consumer.emit(EVENTS.CRASH, { payload: { error } });
      });
    },
  });
}
