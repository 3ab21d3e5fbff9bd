import { Unavailable } from "@teravoz/domain";
import { type Log, sleep } from "@teravoz/runtime";
import type { ConsumedBatch, ConsumedRecord, HandleBatch } from "./batch.ts";

/** A fetched batch, which is kept until all its records are stored and their notices acknowledged. */
export type FetchedBatch = {
  topic: string;
  partition: number;
  /** The offset that was requested. */
  from: number;
  records: readonly ConsumedRecord[];
  /** The offset after the batch. */
  end: number;
};

export type FinishPorts = {
  /** See ConsumeOptions.position. */
  position(topic: string, partition: number): Promise<number | null>;
  handle: HandleBatch;
  /** Returns false once the partition may belong to another consumer. */
  isOurs(): boolean;
  /** Runs one try as soon as a slot is free. */
  inTurn<T>(run: () => Promise<T>): Promise<T>;
  /**
   * Returns whether the log may have records between the position and the beginning of the batch, so that the batch
   * lacks them.
   */
  isAhead(from: number, position: number): boolean;
  /** Called before each part is handled. */
  onPart(part: ConsumedBatch): void;
  onDone(part: ConsumedBatch): void;
  /** Called when a try has failed. The next one follows after a pause. */
  onWait(reason: string): void;
  now(): number;
  log: Log;
};

/**
 * The result of a batch. `done`: every record is stored and its notice acknowledged. `ahead`: the partition must be
 * read again from `position`. `lost`: the partition is no longer ours, and its next owner continues.
 */
export type Finished = { outcome: "done" | "lost" } | { outcome: "ahead"; position: number };

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;
/** The interval at which a wait checks whether the partition is lost. */
const STEP_MS = 100;
/**
 * The duration after which a failed try is assumed to have had too many records: a transaction is aborted after 15 s,
 * and any single request after 10 s at most.
 */
const TOO_LONG_MS = 12_000;

/**
 * Retries a batch until it is done. The position is read again before each try: records below it are already stored, by
 * this writer or another, and only their notices are sent again. The batch keeps every record until its notice is
 * acknowledged. A batch that runs out of time is tried in halves, and the parts grow again as they succeed.
 */
export async function finishBatch(ports: FinishPorts, batch: FetchedBatch): Promise<Finished> {
  let rest: Rest = { from: batch.from, records: batch.records };
  let most = batch.records.length;
  let waitMs = 0;
  while (rest.records.length > 0) {
    if (waitMs > 0) await pause(waitMs, ports.isOurs);
    if (!ports.isOurs()) return { outcome: "lost" };
    const tried = await tryPart(ports, batch, { ...rest, most });
    if (tried.outcome === "ahead") return tried;
    if (tried.outcome === "done") {
      rest = { from: tried.end, records: rest.records.slice(most) };
      most *= 2;
    } else if (tried.isTooLong) most = Math.ceil(Math.min(most, rest.records.length) / 2);
    waitMs = tried.outcome === "done" ? 0 : Math.min(Math.max(FIRST_WAIT_MS, waitMs * 2), LONGEST_WAIT_MS);
  }
  return { outcome: "done" };
}

/** The records that are not yet known to be stored with acknowledged notices, and the offset at which they begin. */
type Rest = { from: number; records: readonly ConsumedRecord[] };

type Tried =
  | { outcome: "done"; end: number }
  | { outcome: "failed"; isTooLong: boolean }
  | Extract<Finished, { outcome: "ahead" }>;

async function tryPart(
  ports: FinishPorts,
  batch: FetchedBatch,
  rest: Rest & { most: number },
): Promise<Tried> {
  const { topic, partition } = batch;
  const began = ports.now();
  try {
    return await ports.inTurn(async () => {
      const position = await ports.position(topic, partition);
      if (position !== null && ports.isAhead(rest.from, position)) return { outcome: "ahead", position };
      const { part, end } = takePart(batch, rest, position);
      ports.onPart(part);
      const outcome = await ports.handle(part);
      if (outcome === "done") {
        ports.onDone(part);
        return { outcome, end };
      }
      const where = { topic, partition, expected: position };
      if (outcome === "stored")
        ports.log.info(where, "an earlier try whose commit was not answered is stored, sending its notices");
      else {
        ports.log.warn(where, "another writer has taken over, or an erasure ran meanwhile, retrying");
        ports.onWait("another writer has taken over");
      }
      return { outcome: "failed", isTooLong: false };
    });
  } catch (err) {
    if (!(err instanceof Unavailable)) throw err;
    ports.log.warn({ topic, partition, err }, "a dependency is unavailable, retrying");
    const isTooLong = ports.now() - began >= TOO_LONG_MS;
    ports.onWait(isTooLong ? describeTooLong(rest, err) : err.message);
    return { outcome: "failed", isTooLong };
  }
}

/**
 * Returns the reason of a try that took too long. A record that runs out of time on its own is not parked either: a
 * transaction of one record reads one call, whose size is bounded, so the database is slow, and other records would
 * follow it into the dead letters.
 */
function describeTooLong({ records, most }: Rest & { most: number }, { message }: Error): string {
  const offset = records[0]!.offset;
  return Math.min(most, records.length) > 1
    ? message
    : `the record at offset ${offset} alone takes longer than a transaction may, check whether the database is slow: ${message}`;
}

/** Takes the next `most` records and splits them at the position. `end` is the offset after them. */
function takePart(
  { topic, partition, end: batchEnd }: FetchedBatch,
  { records: rest, most }: Rest & { most: number },
  expected: number | null,
): { part: ConsumedBatch; end: number } {
  const end = rest[most]?.offset ?? batchEnd;
  const [stored, records] = partitionAt(rest.slice(0, most), expected ?? 0);
  const part = { topic, partition, expected, records, stored, next: Math.max(end, expected ?? 0) };
  return { part, end };
}

function partitionAt(
  records: readonly ConsumedRecord[],
  position: number,
): [readonly ConsumedRecord[], readonly ConsumedRecord[]] {
  const at = records.findIndex(({ offset }) => offset >= position);
  return at < 0 ? [records, []] : [records.slice(0, at), records.slice(at)];
}

async function pause(ms: number, isOurs: () => boolean): Promise<void> {
  for (let waited = 0; waited < ms && isOurs(); waited += STEP_MS) await sleep(STEP_MS);
}
