import { type Log, sleep } from "@teravoz/runtime";
import type { Offsets } from "kafkajs";
import { withDeadline } from "../client/deadline.ts";
import { partitionKey } from "../client/partition-key.ts";

export type Commit = {
  topic: string;
  partition: number;
  /** The offset of the next record to read. */
  offset: number;
  metadata: string | null;
};

/**
 * Commits offsets to Kafka in the background, for the partitions of one assignment. Kafka's offset may be behind the
 * records that are stored and whose notices were sent. Lag tools read it, and after a start the notices of the records
 * in between are sent again.
 */
export type Commits = {
  /**
   * Queues an offset, which replaces an uncommitted offset of the same partition. `send` makes one try. Resolves once
   * Kafka has this offset or a later one. Never resolves if the partitions change before that.
   */
  add(commit: Commit, send: Send): Promise<void>;
  /** Records the offset that Kafka has for a partition. */
  note(at: Omit<Commit, "metadata">): void;
  /** Returns false if Kafka may have a higher offset for the partition, or may have none. */
  isAtMost(at: Omit<Commit, "metadata">): boolean;
  /** Resolves when all offsets are committed, or after `ms` if they are not. */
  settled(ms: number): Promise<void>;
};

const keyOf = ({ topic, partition }: Omit<Commit, "offset" | "metadata">) => partitionKey(topic, partition);

type Send = (offsets: Offsets) => Promise<void>;
type PendingCommit = Commit & { done: PromiseWithResolvers<void> };

/** The time limit of one commit. It is longer than one request takes. */
export const COMMIT_MS = 5_000;
const RETRY_MS = 1_000;

/** Creates the commits of one assignment. They are sent as long as `isWanted` returns true. */
export function createCommits({ isWanted, log }: { isWanted(): boolean; log: Log }): Commits {
  const waiting = new Map<string, PendingCommit>();
  /** The highest offset that Kafka may have, by partition. */
  const highest = new Map<string, number>();
  const mayHave = (key: string) => highest.get(key) ?? Number.POSITIVE_INFINITY;
  let isSending = false;
  let sent = Promise.resolve();
  let send: Send = async () => {};
  const sendAll = async () => {
    isSending = true;
    while (waiting.size > 0 && isWanted()) {
      const taken = [...waiting];
      waiting.clear();
      try {
        await withDeadline(send(offsetsOf(taken)), COMMIT_MS);
        for (const [key, { offset, done }] of taken) {
          highest.set(key, Math.max(offset, waiting.get(key)?.offset ?? 0));
          done.resolve();
        }
      } catch (err) {
        log.warn({ err }, "offsets could not be committed, retrying");
        for (const [key, commit] of taken) {
          const later = waiting.get(key);
          if (later) commit.done.resolve(later.done.promise);
          else waiting.set(key, commit);
        }
        await sleep(RETRY_MS, { ref: false });
      }
    }
    isSending = false;
  };
  return {
    add(commit, by) {
      send = by;
      const key = keyOf(commit);
      highest.set(key, Math.max(mayHave(key), commit.offset));
      const done = waiting.get(key)?.done ?? Promise.withResolvers<void>();
      waiting.set(key, { ...commit, done });
      if (!isSending) sent = sendAll();
      return done.promise;
    },
    note: (at) => void highest.set(keyOf(at), at.offset),
    isAtMost: (at) => mayHave(keyOf(at)) <= at.offset,
    settled: (ms) => Promise.race([sent, sleep(ms, { ref: false })]),
  };
}

function offsetsOf(commits: readonly (readonly [string, Commit])[]): Offsets {
  const topics = Map.groupBy(commits, ([, { topic }]) => topic);
  return {
    topics: [...topics].map(([topic, ofTopic]) => ({
      topic,
      partitions: ofTopic.map(([, { partition, offset, metadata }]) => ({
        partition,
        metadata,
        offset: String(offset),
      })),
    })),
  };
}
