import { EventEmitter } from "node:events";
import type { KafkaClient } from "@teravoz/kafka";
import type { Cluster, ConsumerConfig, EachBatchPayload, Offsets } from "kafkajs";

const TOPIC = "t";
/** The names of the events of a consumer, as fakes emit them. */
export const EVENTS = {
  FETCH: "fetch",
  REBALANCING: "rebalancing",
  GROUP_JOIN: "join",
  CRASH: "crash",
};

/** `stamp` is the timestamp of each of its records. */
type Log = { end: number; missing: Set<number>; stamp: number };
type RunOptions = {
  partitionsConsumedConcurrently: number;
  /** As in kafkajs, the default is true. */
  eachBatchAutoResolve?: boolean;
  eachBatch(payload: EachBatchPayload): Promise<void>;
};

/**
 * One broker and one consumer group in memory, for unit tests of consumers. Like kafkajs it fetches from all
 * partitions at once, and fetches again when every batch of that fetch is handled. It keeps offsets as
 * kafkajs does: `resolveOffset`, `seek` and `pause` take effect at the next fetch.
 */
export function createFakeKafka(partitions: number) {
  const logs = Array.from({ length: partitions }, (): Log => ({ end: 0, missing: new Set(), stamp: 0 }));
  const committed = new Map<number, number>();
  const leaderless = new Set<number>();
  const silent = new Set<number>();
  const fake = {
    topic: TOPIC,
    leaderless,
    /** Partitions whose leader answers no fetch. */
    silent,
    committed,
    /** If set, every commit throws this error. */
    commitError: null as Error | null,
    /** If true, no commit is answered. */
    isCommitHeld: false,
    /** Number of fetches with records, by partition. */
    fetches: new Map<number, number>(),
    append: (partition: number, count: number) => {
      logs[partition]!.end += count;
    },
    /** Simulates a topic that was created again: the log is empty, and its records have other stamps. */
    recreate: (partition: number) => {
      const log = logs[partition]!;
      log.end = 0;
      log.stamp += 1;
    },
    /** If true, the ends and the records of a log cannot be read for a comparison. */
    isUnreadable: false,
    /** Removes records. */
    compact: (partition: number, offsets: readonly number[]) => {
      for (const offset of offsets) logs[partition]!.missing.add(offset);
    },
    seek: (_partition: number, _offset: number) => {},
    /** Simulates a rebalance that gives the member the same partitions again. */
    rejoin: () => {},
    /** Ends the member. Like kafkajs it then refuses every call, and reports the end a second later. */
    crash: (_error: Error) => {},
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
  const consumer = ({ partitionAssigners }: ConsumerConfig) => {
    const cluster = openCluster(fake, logs);
    for (const assigner of partitionAssigners ?? []) assigner({ cluster } as Parameters<typeof assigner>[0]);
    return openConsumer(fake, logs, cluster);
  };
  fake.client = { open: () => ({ consumer, admin }), sessionTimeoutMs: 10_000 } as unknown as KafkaClient;
  return fake;
}

/**
 * A cluster whose one broker answers each fetch and each heartbeat. A consumer gets its records another way.
 */
function openCluster(fake: Fake, logs: Log[]): Cluster {
  const fetch = async ({ topics }: { topics: { topic: string; partitions: Asked[] }[] }) => ({
    responses: topics.map(({ partitions }) => ({
      partitions: partitions.map(({ partition, fetchOffset }) => ({
        messages: messagesOf(logs[partition]!, Number(fetchOffset)),
      })),
    })),
  });
  const findBroker = async () => ({ fetch, heartbeat: async () => {} });
  return {
    findBroker,
    findGroupCoordinator: findBroker,
    findLeaderForPartitions: (_topic: string, partitions: number[]) => ({ 0: partitions }),
    fetchTopicsOffset: async ([asked]: [{ partitions: Asked[]; fromBeginning: boolean }]) => {
      if (fake.isUnreadable) throw new Error("away");
      const [{ partition }] = asked.partitions as [Asked];
      return [{ partitions: [{ offset: asked.fromBeginning ? "0" : String(logs[partition]!.end) }] }];
    },
  } as unknown as Cluster;
}

type Asked = { partition: number; fetchOffset?: string };

const messagesOf = ({ end, missing, stamp }: Log, from: number) =>
  Array.from({ length: Math.max(0, end - from) }, (_, n) => from + n)
    .filter((offset) => !missing.has(offset))
    .map((offset) => ({
      offset: String(offset),
      timestamp: String(stamp),
      key: null,
      value: null,
      headers: {},
    }));

type Fake = {
  isUnreadable: boolean;
  silent: Set<number>;
  leaderless: Set<number>;
  committed: Map<number, number>;
  commitError: Error | null;
  isCommitHeld: boolean;
  fetches: Map<number, number>;
  seek(partition: number, offset: number): void;
  rejoin(): void;
  crash(error: Error): void;
};

function openConsumer(fake: Fake, logs: Log[], cluster: Cluster) {
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
  const commit = async (offsets: { partition: number; offset: string }[]) => {
    if (fake.commitError) throw fake.commitError;
    if (fake.isCommitHeld) return new Promise<void>(() => {});
    for (const { partition, offset } of offsets) fake.committed.set(partition, Number(offset));
  };
  fake.crash = (error) => {
    isRunning = false;
    setTimeout(() => consumer.emit(EVENTS.CRASH, { payload: { error } }), 1_000);
  };
  const fetchOf = (partition: number, log: Log): EachBatchPayload[] => {
    const at = sought.get(partition);
    if (at !== undefined) next[partition] = at;
    sought.delete(partition);
    const from = next[partition]!;
    if (from >= log.end) return [];
    fake.fetches.set(partition, (fake.fetches.get(partition) ?? 0) + 1);
    const messages = messagesOf(log, from);
    const batch = {
      topic: TOPIC,
      partition,
      messages,
      highWatermark: String(log.end),
      fetchedOffset: String(from),
      firstOffset: () => messages[0]!.offset,
      lastOffset: () => messages.at(-1)!.offset,
    };
    return [
      {
        batch,
        heartbeat: async () => {},
        commitOffsetsIfNecessary: ({ topics }: Offsets) =>
          commit(topics.flatMap(({ partitions }) => partitions)),
        isRunning: () => isRunning,
        isStale: () => sought.has(partition),
        resolveOffset: (offset: string) => {
          next[partition] = Number(offset) + 1;
        },
      } as unknown as EachBatchPayload,
    ];
  };
  const fetchAll = async ({
    eachBatch,
    eachBatchAutoResolve,
    partitionsConsumedConcurrently,
  }: RunOptions) => {
    const isAsked = (partition: number) =>
      ![paused, fake.leaderless, fake.silent].some((places) => places.has(partition));
    const asked = logs.flatMap((_, partition) => (isAsked(partition) ? partition : []));
    const partitions = asked.map((partition) => ({ partition, fetchOffset: "0", maxBytes: 1 }));
    const broker = await cluster.findBroker({ nodeId: "0" });
    if (asked.length > 0) await broker.fetch({ topics: [{ topic: TOPIC, partitions }] });
    const queue = asked.flatMap((partition) => fetchOf(partition, logs[partition]!));
    const work = async () => {
      for (let payload = queue.shift(); payload; payload = queue.shift()) {
        await eachBatch(payload);
        if (eachBatchAutoResolve !== false) payload.resolveOffset(payload.batch.lastOffset());
      }
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
      if (!isRunning) throw Object.assign(new Error("not initialized"), { name: "KafkaJSNonRetriableError" });
      for (const partition of partitions) paused.delete(partition);
    },
    commitOffsets: commit,
    run: async (options: RunOptions) => {
      const live = async () => {
        const coordinator = await cluster.findGroupCoordinator({ groupId: "g" });
        while (isRunning) {
          if (!isJoined) join();
          consumer.emit(EVENTS.FETCH);
          await (coordinator as unknown as { heartbeat(): Promise<void> }).heartbeat();
          await fetchAll(options);
          // a fetch without records returns after a while
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
