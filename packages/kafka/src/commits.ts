import { type Log, sleep } from "@teravoz/runtime";
import type { Offsets } from "kafkajs";
import { withDeadline } from "./deadline.ts";

export type Commit = {
  topic: string;
  partition: number;
  /** The next offset to read. */
  offset: number;
  metadata: string | null;
};

/**
 * Commits offsets to Kafka in the background, for the partitions of one assignment. Kafka's offset may be behind what is stored and
 * notified of: it is for lag tools, and a start repeats the notices of what lies between.
 */
export type Commits = {
  /**
   * Takes the place of an offset of the same partition that is not committed yet. Sent by `send`, which tries once. Resolves once Kafka has
   * it, or a later one; never if the partitions change before that.
   */
  add(commit: Commit, send: Send): Promise<void>;
  /** Notes the offset that Kafka has for a partition. */
  note(at: Omit<Commit, "metadata">): void;
  /** False if Kafka may have a higher offset for the partition, or none. */
  isAtMost(at: Omit<Commit, "metadata">): boolean;
  /** Resolves when all is committed, after `ms` at the latest. */
  settled(ms: number): Promise<void>;
};

const placeOf = ({ topic, partition }: Omit<Commit, "offset" | "metadata">) => `${topic}:${partition}`;

type Send = (offsets: Offsets) => Promise<void>;
type Waiting = Commit & { done: PromiseWithResolvers<void> };

/** Longer than one request takes. */
export const COMMIT_MS = 5_000;
const RETRY_MS = 1_000;

/** Commits while `isWanted`. */
export function createCommits({ isWanted, log }: { isWanted(): boolean; log: Log }): Commits {
  const waiting = new Map<string, Waiting>();
  /** The highest offset that Kafka may have, by partition. */
  const highest = new Map<string, number>();
  const mayHave = (place: string) => highest.get(place) ?? Number.POSITIVE_INFINITY;
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
        for (const [place, { offset, done }] of taken) {
          highest.set(place, Math.max(offset, waiting.get(place)?.offset ?? 0));
          done.resolve();
        }
      } catch (err) {
        log.warn({ err }, "offsets are not committed yet, trying again");
        for (const [place, commit] of taken) {
          const later = waiting.get(place);
          if (later) commit.done.resolve(later.done.promise);
          else waiting.set(place, commit);
        }
        await sleep(RETRY_MS, { ref: false });
      }
    }
    isSending = false;
  };
  return {
    add(commit, by) {
      send = by;
      const place = placeOf(commit);
      highest.set(place, Math.max(mayHave(place), commit.offset));
      const done = waiting.get(place)?.done ?? Promise.withResolvers<void>();
      waiting.set(place, { ...commit, done });
      if (!isSending) sent = sendAll();
      return done.promise;
    },
    note: (at) => void highest.set(placeOf(at), at.offset),
    isAtMost: (at) => mayHave(placeOf(at)) <= at.offset,
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
