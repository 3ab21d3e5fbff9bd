import {
  KEPT_IDENTITIES,
  type Partition,
  type PositionStore,
  type RecordIdentity,
  Unavailable,
} from "@teravoz/domain";
import { type Check, type Log, type Metrics, sleep } from "@teravoz/runtime";
import { partitionKey } from "../client/partition-key.ts";
import type { HandleBatch } from "../consumer/batch.ts";
import type { Assignment } from "../consumer/membership.ts";
import { compareLog, type LogReader } from "./log-identity.ts";

export type Reading = {
  reader: LogReader;
  /** Sets the offset from which the partition is read next. */
  seek(where: Partition & { offset: string }): void;
};

/** Compares the logs of a consumer's partitions with the stored positions until it is stopped. */
export type LogWatch = {
  /** Sets the member through which the logs are read from now on. */
  use(reading: Reading): void;
  /**
   * Compares these partitions and watches them from now on. The first call for an assignment replaces the watched
   * partitions, and further calls add to them. If the log of a partition was replaced, its position is reset to the
   * beginning of the log. Never rejects: a partition that cannot be compared now is compared again soon.
   */
  compare(assignment: Assignment, isFirst?: boolean): Promise<void>;
  /** Returns whether a partition was compared after its last invalidation. */
  isCertain(where: Partition): boolean;
  /**
   * Invalidates all comparisons, because the logs may have been replaced. No batch is handled before they are compared
   * again.
   */
  invalidate(): void;
  /** Wraps the handler so that it throws Unavailable for a partition that is not compared. */
  guard(handle: HandleBatch): HandleBatch;
  /** Fails, tolerated, for an hour after a partition was reset. */
  check(): Check;
  stop(): void;
};

type Deps = {
  positions: PositionStore;
  log: Log;
  metrics: Pick<Metrics, "rereads">;
  /** Returns ms since the epoch. */
  now?: () => number;
};

/**
 * A watched partition. `invalidations` counts its invalidations, and `certain` is true if it was compared after the
 * last one.
 */
type Watched = Partition & { invalidations: number; certain: boolean };

type State = Required<Deps> & {
  reading: Reading | null;
  watched: Map<string, Watched>;
  putBack: { at: number; reason: string } | null;
  wanted: boolean;
  wake: AbortController;
};

/** The interval of comparisons. A log that is replaced is detected within this time, even if no fetch fails. */
const EVERY_MS = 60_000;
const RETRY_MS = 1_000;
/** The time for which a reset is reported. An operator who is called has this long to see it. */
const SHOWN_MS = 3_600_000;

export function createLogWatch(deps: Deps): LogWatch {
  const state: State = {
    now: Date.now,
    ...deps,
    reading: null,
    watched: new Map(),
    putBack: null,
    wanted: true,
    wake: new AbortController(),
  };
  void compareAgain(state);
  return {
    use: (reading) => {
      state.reading = reading;
    },
    compare: (assignment, isFirst = true) => {
      const added = watchedOf(assignment).map(
        (watched) => [partitionKey(watched.topic, watched.partition), watched] as const,
      );
      state.watched = new Map([...(isFirst ? [] : state.watched), ...added]);
      return compareAll(state);
    },
    isCertain: (where) => state.watched.get(partitionKey(where.topic, where.partition))?.certain === true,
    invalidate: () => {
      for (const watched of state.watched.values()) invalidate(state, watched);
    },
    guard: (handle) => guard(state, handle),
    check: () => checkState(state),
    stop: () => {
      state.wanted = false;
      state.watched = new Map();
      state.wake.abort();
    },
  };
}

const watchedOf = (assignment: Assignment): Watched[] =>
  Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map((partition) => ({ topic, partition, invalidations: 0, certain: false })),
  );

function invalidate({ wake }: State, watched: Watched): void {
  watched.invalidations += 1;
  watched.certain = false;
  wake.abort();
}

async function compareAgain(state: State): Promise<void> {
  while (state.wanted) {
    const isCertain = [...state.watched.values()].every(({ certain }) => certain);
    // an invalidation or a failed comparison ends the long pause between two rounds, but not the short one before a
    // retry
    if (isCertain) await sleep(EVERY_MS, { ref: false, signal: state.wake.signal });
    else await sleep(RETRY_MS, { ref: false });
    state.wake = new AbortController();
    if (state.wanted) await compareAll(state);
  }
}

const compareAll = async (state: State): Promise<void> =>
  void (await Promise.all([...state.watched.values()].map((watched) => compareOne(state, watched))));

async function compareOne(state: State, watched: Watched): Promise<void> {
  const { topic, partition, invalidations } = watched;
  try {
    await settle(state, { topic, partition });
    if (invalidations === watched.invalidations) watched.certain = true;
  } catch (err) {
    state.log.warn({ topic, partition, err }, "the log could not be compared with its position, retrying");
    state.wake.abort();
  }
}

/** Resets the position if the log was replaced. Adds the identities of the log if the position has none. */
async function settle(state: State, where: Partition): Promise<void> {
  const { positions, reading, now } = state;
  const { topic, partition } = where;
  if (!reading) throw new Error("no member is open");
  const stored = await positions.storedPosition(topic, partition);
  const { next, identities, seenUntil } = stored;
  if (next === null) return;
  const { reason, low, high } = await compareLog(reading.reader, where, { next, identities }, now());
  if (reason === null) {
    if (identities.length > 0 || next <= low) return;
    const found = await reading.reader.identities(where, {
      from: Math.max(low, next - KEPT_IDENTITIES),
      to: next,
    });
    if (found.length === 0) return;
    await positions.replacePosition(where, { ...stored, expected: next, next, identities: found });
    return;
  }
  const seen = Math.max(seenUntil ?? 0, newestStamp(identities) ?? now());
  const back = { expected: next, next: low, identities: [], seenUntil: seen };
  // if the position has moved meanwhile, it is compared again
  if (!(await positions.replacePosition(where, back))) return settle(state, where);
  report(state, where, { reason, position: next, low, high });
  reading.seek({ ...where, offset: String(low) });
}

const newestStamp = (identities: readonly RecordIdentity[]): number | undefined =>
  identities.at(-1)?.timestamp;

function report(
  state: State,
  where: Partition,
  { reason, position, low, high }: { reason: string; position: number; low: number; high: number },
): void {
  const name = partitionKey(where.topic, where.partition);
  state.metrics.rereads.inc({ topic: where.topic });
  state.putBack = {
    at: state.now(),
    reason: `the log of ${name} is read again from its beginning: ${reason}`,
  };
  state.log.error(
    { ...where, position, offset: high, next: low, reason },
    "the log is not the one that the position was stored for, reading it again from its beginning",
  );
}

function guard(state: State, handle: HandleBatch): HandleBatch {
  return async (batch) => {
    const watched = state.watched.get(partitionKey(batch.topic, batch.partition));
    if (!watched?.certain) throw new Unavailable("the log is being compared with the stored position");
    const { invalidations } = watched;
    const outcome = await handle(batch);
    // a batch that was read before an invalidation has moved the position, perhaps by records of a log that no longer
    // exists
    const current = state.watched.get(partitionKey(batch.topic, batch.partition));
    if (current && (current !== watched || invalidations !== current.invalidations))
      invalidate(state, current);
    return outcome;
  };
}

function checkState({ putBack, now }: State): Check {
  if (putBack === null || now() - putBack.at > SHOWN_MS) return { ok: true };
  return {
    ok: false,
    tolerated: true,
    reason: `${putBack.reason}; check whether the topic was recreated or power was lost`,
  };
}
