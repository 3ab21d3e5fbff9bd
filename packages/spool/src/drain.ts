import { basename, dirname, join } from "node:path";
import type { Metrics } from "@teravoz/runtime";
import { writeFile } from "./active.ts";
import { type Destinations, type Sender, sendInOrder } from "./destinations.ts";
import type { Disk } from "./disk.ts";
import type { Spooled } from "./record.ts";
import {
  ASIDE,
  countOf,
  isOfRefused,
  leaveDir,
  leftIn,
  oldestOf,
  readSegment,
  refusedPath,
  type Segment,
  type SpoolDir,
  segmentOf,
} from "./segments.ts";

export type Draining = Sender & {
  disk: Disk;
  root: string;
  metrics: Metrics;
  /**
   * Returns the destination of a record. Records that one destination does not accept do not block those of another.
   */
  destinationOf(record: Spooled): string;
  /** The directories whose segments are sent. An adopted directory is released when it is empty. */
  dirs: SpoolDir[];
  destinations: Destinations;
  /** The pause between two tries of permanently refused records, in ms. */
  refusedRetryMs: number;
  damagedBytes: number;
};

/**
 * Sends all segments, oldest first, to the open destinations. This process does not send an acknowledged record again.
 */
export async function drain(draining: Draining, isWanted: () => boolean): Promise<void> {
  for (const { spoolDir, segment } of oldestFirst(draining.dirs)) {
    if (!isWanted()) return;
    try {
      await sendSegment(draining, segment, isWanted);
      if (leftIn(segment) === 0) await dispose(draining, spoolDir, segment);
    } catch (err) {
      if (isOfRefused(segment) && (err as { code?: string }).code === "ENOENT") forget(spoolDir, segment);
      // logged once and retried at each pass, while the other segments are sent
      else if (!segment.stuck) draining.log.error({ err, path: segment.path }, "spool: a segment is stuck");
      segment.stuck = true;
    }
  }
}

function oldestFirst(dirs: readonly SpoolDir[]): { spoolDir: SpoolDir; segment: Segment }[] {
  const now = performance.now();
  const all = dirs.flatMap((spoolDir) => spoolDir.segments.map((segment) => ({ spoolDir, segment })));
  return all
    .filter(({ segment }) => (segment.retryAt ?? now) <= now)
    .sort((one, other) => one.segment.oldest - other.segment.oldest);
}

const forget = (spoolDir: SpoolDir, segment: Segment): void =>
  void spoolDir.segments.splice(spoolDir.segments.indexOf(segment), 1);

async function sendSegment(draining: Draining, segment: Segment, isWanted: () => boolean): Promise<void> {
  const { destinations } = draining;
  const isOpen = (name: string) => destinations.isOpen(name);
  // a segment is read again for each pass, unless none of its records can be sent
  if (segment.left && ![...segment.left.keys()].some(isOpen)) return;
  const records = await load(draining, segment);
  await sendInOrder(draining, { segment, records, isWanted });
  const left = [...segment.left!.values()].flat().map((index) => records[index]!);
  if (left.length > 0) segment.oldest = oldestOf(left);
}

async function load({ disk, log, destinationOf }: Draining, segment: Segment): Promise<Spooled[]> {
  const { segment: found, scan } = await readSegment(disk, segment.path);
  segment.damaged = found.damaged;
  segment.stuck = false;
  if (segment.left) return scan.records;
  segment.left = Map.groupBy(scan.records.keys(), (index) => destinationOf(scan.records[index]!));
  if (scan.tornBytes > 0)
    log.warn({ bytes: scan.tornBytes }, "spool: a record whose write was not completed is ignored");
  return scan.records;
}

/**
 * Removes a segment without remaining records. Refused records, and the file of a damaged segment, are first kept
 * elsewhere.
 */
async function dispose(draining: Draining, spoolDir: SpoolDir, segment: Segment): Promise<void> {
  const { disk, dirs } = draining;
  if (countOf(segment.refused) > 0) {
    if (isOfRefused(segment)) return postpone(draining, segment);
    await keepRefused(draining, spoolDir, segment);
  }
  if (segment.damaged) await keepAside(draining, segment);
  else await disk.remove(segment.path);
  forget(spoolDir, segment);
  await disk.syncDir(spoolDir.dir);
  if (!spoolDir.adopted || spoolDir.segments.length > 0) return;
  dirs.splice(dirs.indexOf(spoolDir), 1);
  await leaveDir(disk, spoolDir);
}

/** Schedules the next try of refused records, which stay in their file. */
function postpone({ refusedRetryMs }: Draining, segment: Segment): void {
  segment.left = segment.refused;
  segment.refused = new Map();
  segment.retryAt = performance.now() + refusedRetryMs;
}

/** Writes the refused records to a separate file, which is safely on the disk before their segment is removed. */
async function keepRefused(draining: Draining, spoolDir: SpoolDir, segment: Segment): Promise<void> {
  const { disk, log, refusedRetryMs } = draining;
  const { scan } = await readSegment(disk, segment.path);
  const indices = [...segment.refused.values()].flat().sort((one, other) => one - other);
  const records = indices.map((index) => scan.records[index]!);
  const path = refusedPath(segment.path);
  const bytes = await writeFile(disk, path, records);
  await disk.syncDir(spoolDir.dir);
  const outline = { path, bytes, records: records.length, oldest: oldestOf(records) };
  spoolDir.segments = spoolDir.segments.filter((each) => each.path !== path);
  spoolDir.segments.push({ ...segmentOf(outline), retryAt: performance.now() + refusedRetryMs });
  log.error({ path, records: records.length }, "spool: permanently refused records are set aside");
}

async function keepAside(draining: Draining, { path, bytes }: Segment): Promise<void> {
  const { disk, root, log, metrics } = draining;
  const aside = join(root, ASIDE);
  const to = join(aside, `${basename(dirname(path))}-${basename(path)}`);
  await disk.makeDir(aside);
  await disk.move(path, to);
  // the new name is synced before the old directory, so that the file is never lost
  await disk.syncDir(aside);
  draining.damagedBytes += bytes;
  metrics.spoolDamaged.inc();
  log.error({ path: to, bytes }, "spool: a damaged segment is set aside, its readable records were sent");
}
