import { join } from "node:path";
import type { Disk } from "./disk.ts";
import type { Lock } from "./lock.ts";
import { type Scan, type Spooled, scanRecords } from "./record.ts";

/** The indices of records in a segment, in order, by destination. */
export type Remaining = Map<string, number[]>;

/** A file of records that is no longer written. */
export type Segment = {
  path: string;
  bytes: number;
  records: number;
  /** The reception time of the oldest remaining record, in ms. Infinity if there is none. */
  oldest: number;
  /** The records that still must be sent. Null until the segment is read to be sent. */
  left: Remaining | null;
  /** The records that were permanently refused since the segment was read. */
  refused: Remaining;
  /** The time of the next try in a file of refused records (performance.now()), otherwise null. */
  retryAt: number | null;
  /** True if a part of it cannot be read. It is then set aside. */
  damaged: boolean;
  /** True while it cannot be read or removed. */
  stuck: boolean;
};

/** A directory of segments whose lock this process holds. */
export type SpoolDir = { dir: string; lock: Lock; segments: Segment[]; adopted: boolean };

/** The name of an instance's directory. Directories with other names are ignored. */
export const SPOOL_DIR_NAME = /^ingest-/;
/** The directory for segments that could not be read completely. An operator must check them. */
export const ASIDE = "damaged";
export const LOCK_FILE = "lock";
/** The file that tests a failed disk. A process that ends during the test leaves it behind. */
export const PROBE_FILE = "probe";
export const SEGMENT_NAME = /\.(segment|refused)$/;
/** The suffix of a file of permanently refused records, which are retried rarely. */
const REFUSED = ".refused";
export const refusedPath = (path: string) => path.replace(/\.segment$/, REFUSED);
export const isOfRefused = ({ path }: Pick<Segment, "path">): boolean => path.endsWith(REFUSED);

/** The path, size and contents of a segment in numbers. */
export type Outline = Pick<Segment, "path" | "bytes" | "records" | "oldest">;

export const segmentOf = (outline: Outline): Segment => ({
  ...outline,
  left: null,
  refused: new Map(),
  // files found at the start are tried at once
  retryAt: isOfRefused(outline) ? 0 : null,
  damaged: false,
  stuck: false,
});

/**
 * Reads a segment and its records. A segment that the disk cannot read (EIO) counts as damaged. Rejects if it may be
 * readable later.
 */
export async function readSegment(disk: Disk, path: string): Promise<{ segment: Segment; scan: Scan }> {
  const bytes = await disk.read(path).catch((error: { code?: string }) => {
    if (error.code !== "EIO") throw error;
    return null;
  });
  const scan = bytes ? scanRecords(bytes) : { records: [], tornBytes: 0, damagedBytes: 0 };
  const { records, damagedBytes } = scan;
  const outline = { path, bytes: bytes?.length ?? 0, records: records.length, oldest: oldestOf(records) };
  return { segment: { ...segmentOf(outline), damaged: bytes === null || damagedBytes > 0 }, scan };
}

export const oldestOf = (records: readonly Spooled[]) =>
  records.reduce(
    (oldest, { receivedAt }) => Math.min(oldest, receivedAt.getTime()),
    Number.POSITIVE_INFINITY,
  );

export const leftIn = ({ left, records }: Segment): number => (left ? countOf(left) : records);
export const countOf = (remaining: Remaining): number =>
  [...remaining.values()].reduce((sum, indices) => sum + indices.length, 0);

/** Releases the lock of a directory, and removes the directory if it is empty. */
export async function leaveDir(disk: Disk, { dir, lock, segments }: SpoolDir): Promise<void> {
  if (segments.length === 0) {
    // the lock is held until its file is removed, so that no process adopts a directory that is about to be removed
    for (const name of [PROBE_FILE, LOCK_FILE]) await disk.remove(join(dir, name)).catch(() => {});
    // a directory that is not empty is kept with its contents
    await disk.removeDir(dir).catch(() => {});
  }
  lock.release();
}
