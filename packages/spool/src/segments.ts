import { join } from "node:path";
import type { Disk } from "./disk.ts";
import type { Lock } from "./lock.ts";
import { type Scan, type Spooled, scanRecords } from "./record.ts";

/** Indices of records in a segment, in order, by the destination they are to go to. */
export type Remaining = Map<string, number[]>;

/** A file of records that is written no more. */
export type Segment = {
  path: string;
  bytes: number;
  records: number;
  /** When the first of what is left in it came, in ms; Infinity where it has none. */
  oldest: number;
  /** What is still to be sent, once it was read for that. */
  left: Remaining | null;
  /** The records that were refused for good since the segment was read. */
  refused: Remaining;
  /** Null; in a file of refused records, when they are tried again (performance.now()). */
  retryAt: number | null;
  /** A part of it cannot be read: it is kept aside. */
  damaged: boolean;
  /** The disk lets it not be read, or not be removed, for now. */
  stuck: boolean;
};

/** A directory of segments that this process holds the lock of. */
export type SpoolDir = { dir: string; lock: Lock; segments: Segment[]; adopted: boolean };

/** Directories of other names are nobody's here. */
export const SPOOL_DIR_NAME = /^ingest-/;
/** The directory for segments that could not be read whole: a person must look at them. */
export const ASIDE = "damaged";
export const LOCK_FILE = "lock";
/** What a look at a disk that failed writes; a process that ends meanwhile leaves it. */
export const PROBE_FILE = "probe";
export const SEGMENT_NAME = /\.(segment|refused)$/;
/** Ends the name of a file of records that were refused for good: they are tried again seldom. */
const REFUSED = ".refused";
export const refusedPath = (path: string) => path.replace(/\.segment$/, REFUSED);
export const isOfRefused = ({ path }: Pick<Segment, "path">): boolean => path.endsWith(REFUSED);

/** How a segment looks from outside. */
export type Outline = Pick<Segment, "path" | "bytes" | "records" | "oldest">;

export const segmentOf = (outline: Outline): Segment => ({
  ...outline,
  left: null,
  refused: new Map(),
  // those that are found at a start are tried at once
  retryAt: isOfRefused(outline) ? 0 : null,
  damaged: false,
  stuck: false,
});

/**
 * A segment as its file says, with what is to be sent of it. One that the disk cannot read counts as damaged; rejects where it may
 * be read later.
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
    // the lock is held until its file is gone: no process adopts a directory that is about to be removed
    for (const name of [PROBE_FILE, LOCK_FILE]) await disk.remove(join(dir, name)).catch(() => {});
    // one that is not empty stays, with whatever is in it
    await disk.removeDir(dir).catch(() => {});
  }
  lock.release();
}
