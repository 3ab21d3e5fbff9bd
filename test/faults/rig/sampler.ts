import { setTimeout as sleep } from "node:timers/promises";
import type { Db } from "mongodb";
import type { TestTopics } from "../../support/stack/kafka.ts";
import type { Offsets, Sample, Sighting } from "../checker/evidence.ts";

export type Sampler = {
  samples: Sample[];
  seen: Map<string, Sighting>;
  /** Resolves after `count` samples that all began after this call, or when the time is over. */
  untilLooked(count: number, limitMs: number): Promise<void>;
  /**
   * Runs a step that replaces the log of the topics, without samples meanwhile. Earlier samples are dropped, because
   * their offsets belong to the old log.
   */
  acrossLogs<T>(run: () => Promise<T>): Promise<T>;
  /** Takes a last sample and ends. */
  stop(): Promise<void>;
};

type Options = { opened: TestTopics; db: Db; everyMs: number };

/** The pause after a sample is this many times its duration, so that long samples do not load the machine. */
const REST = 4;
/** Limit for each step of a sample. A sample that fails because a part is down is left out. */
const LOOK_MS = 4_000;

/** Samples the committed offsets, the positions and the stored events, in this order, again and again. */
export function startSampler({ opened, db, everyMs }: Options): Sampler {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const state = { samples: [] as Sample[], seen: new Map<string, Sighting>(), running: true, away: 0 };
  const admin = opened.client.open().admin({ retry: { retries: 1 } });
  const connected = admin.connect().catch(() => {});
  const look = async () => {
    const at = Date.now();
    const { away } = state;
    if (away % 2 === 1) return;
    const committed = await withinTime(readCommitted(admin, opened));
    const positions = await withinTime(readPositions(db));
    const events = await withinTime(readNumbers(db));
    if (state.away !== away) return;
    const sample = state.samples.push({ at, committed, positions }) - 1;
    for (const { _id, id, aggregate_id: call } of events) {
      const sighting = state.seen.get(_id);
      if (sighting) sighting.last = sample;
      else state.seen.set(_id, { call, id, first: sample, last: sample });
    }
  };
  const done = (async () => {
    await connected;
    while (state.running) {
      const began = Date.now();
      await look().catch(() => {});
      const restMs = Math.max(everyMs, REST * (Date.now() - began));
      await Promise.race([sleep(restMs), stopped]);
    }
    await look().catch(() => {});
    await admin.disconnect().catch(() => {});
  })();
  return {
    samples: state.samples,
    seen: state.seen,
    untilLooked: async (count, limitMs) => {
      const since = Date.now();
      const isDone = () => state.samples.filter(({ at }) => at >= since).length >= count;
      while (!isDone() && Date.now() - since < limitMs) await sleep(50);
    },
    acrossLogs: async (run) => {
      // odd while no sample may be taken
      state.away++;
      try {
        return await run();
      } finally {
        state.samples.length = 0;
        for (const sighting of state.seen.values()) Object.assign(sighting, { first: 0, last: 0 });
        state.away++;
      }
    },
    stop: () => {
      state.running = false;
      stop();
      return done;
    },
  };
}

type Admin = ReturnType<ReturnType<TestTopics["client"]["open"]>["admin"]>;

/** Returns the offsets that the projectors' group has committed, without -1 (nothing committed yet). */
export async function readCommitted(
  admin: Admin,
  { prefix, topics }: Pick<TestTopics, "prefix" | "topics">,
): Promise<Offsets> {
  const groups = await admin.fetchOffsets({
    groupId: `${prefix}projector`,
    topics: [topics.callEvents, topics.agentEvents],
  });
  const offsets = groups.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => [`${topic}:${partition}`, Number(offset)] as const),
  );
  return Object.fromEntries(offsets.filter(([, offset]) => offset >= 0));
}

export async function readPositions(db: Db): Promise<Offsets> {
  const positions = await db.collection<{ _id: string; next: number }>("positions").find().toArray();
  return Object.fromEntries(positions.map(({ _id, next }) => [_id, next]));
}

const readNumbers = (db: Db) =>
  db
    .collection<{ _id: string; id: number; aggregate_id: string }>("events")
    .find({}, { projection: { id: 1, aggregate_id: 1 }, batchSize: 20_000 })
    .toArray();

function withinTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no sample in time")), LOOK_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
