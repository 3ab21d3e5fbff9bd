import { Unavailable } from "@teravoz/domain";
import { type Log, sleep } from "@teravoz/runtime";
import type { ConsumedBatch, ConsumedRecord, HandleBatch } from "./batch.ts";

/** A batch as it was fetched, until all of it is stored and notified of. */
export type FetchedBatch = {
  topic: string;
  partition: number;
  /** The offset that was asked for. */
  from: number;
  records: readonly ConsumedRecord[];
  /** The offset after the batch. */
  end: number;
};

export type FinishPorts = {
  /** See ConsumeOptions.position. */
  position(topic: string, partition: number): Promise<number | null>;
  handle: HandleBatch;
  /** False once the partition may belong to another consumer. */
  isOurs(): boolean;
  /** Runs one try, as soon as it may run. */
  inTurn<T>(run: () => Promise<T>): Promise<T>;
  /** Whether the batch lacks records between the position and its beginning that the log may have. */
  isAhead(from: number, position: number): boolean;
  /** Before each part is handled. */
  onPart(part: ConsumedBatch): void;
  onDone(part: ConsumedBatch): void;
  /** A try has failed: the next one follows after a pause. */
  onWait(reason: string): void;
  now(): number;
  log: Log;
};

/**
 * `done`: every record is stored and notified of. `ahead`: to be read again from `position`. `lost`: the partition is no longer ours, and
 * its next owner goes on.
 */
export type Finished = { outcome: "done" | "lost" } | { outcome: "ahead"; position: number };

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;
/** How soon a wait ends when the partition is lost. */
const STEP_MS = 100;
/** A try that fails after so long had too much to do: a transaction is given up after 15 s, any single request after 10 s at most. */
const TOO_LONG_MS = 12_000;

/**
 * Tries a batch until it is done. The batch stays in hand, and the position is read again before each try: records below it are stored,
 * by whatever writer, and only their notices are sent again. No record leaves the hand before its notices are acknowledged. A
 * batch that runs out of time is tried in halves; parts grow again as they succeed.
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

/** Records that are not yet known to be stored and notified of, and the offset from which on that is so. */
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
        ports.log.info(where, "an earlier try whose commit was not answered is stored: its notices follow");
      else {
        ports.log.warn(where, "another writer has taken over, or erased meanwhile: trying again");
        ports.onWait("another writer has taken over");
      }
      return { outcome: "failed", isTooLong: false };
    });
  } catch (err) {
    if (!(err instanceof Unavailable)) throw err;
    ports.log.warn({ topic, partition, err }, "a dependency is away, waiting");
    const isTooLong = ports.now() - began >= TOO_LONG_MS;
    ports.onWait(isTooLong ? describeTooLong(rest, err) : err.message);
    return { outcome: "failed", isTooLong };
  }
}

/**
 * A record that runs out of time alone waits too. It is not parked: a transaction of one record reads one call, whose size is bounded, so
 * the database is slow, and then other records would follow into the dead letters.
 */
function describeTooLong({ records, most }: Rest & { most: number }, { message }: Error): string {
  const offset = records[0]!.offset;
  return Math.min(most, records.length) > 1
    ? message
    : `the record at offset ${offset} alone takes longer than a transaction may, is the database slow? ${message}`;
}

/** The next `most` records as they stand to the position; `end` is the offset after them. */
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
