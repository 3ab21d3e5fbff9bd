import { basename, dirname, join } from "node:path";
import { Unavailable } from "@teravoz/domain";
import type { Log, Metrics } from "@teravoz/runtime";
import type { Disk } from "./disk.ts";
import type { Spooled } from "./record.ts";
import { ASIDE, leavePlace, type Place, readSegment, type Segment } from "./segments.ts";

export type Draining = {
  disk: Disk;
  root: string;
  log: Log;
  metrics: Metrics;
  /** Resolves when the record is acknowledged for good; throws Unavailable where it is to be tried again. */
  send(record: Spooled): Promise<void>;
  /** The places whose segments are sent; an adopted one that is empty is left. */
  places: Place[];
};

/** So many are on their way at once: one batch of the publisher, and a fraction of its queue, which live events share. */
const WINDOW = 500;

/** Sends all segments, oldest first. Resolves false where the brokers did not take all; what they took is not sent again by this process. */
export async function drain(draining: Draining, isWanted: () => boolean): Promise<boolean> {
  for (const { place, segment } of oldestFirst(draining.places)) {
    try {
      if (!(await sendSegment(draining, segment, isWanted))) return false;
      await dispose(draining, place, segment);
    } catch (err) {
      // told once, tried each time; the others are sent meanwhile
      if (!segment.stuck) draining.log.error({ err, path: segment.path }, "spool: a segment is stuck");
      segment.stuck = true;
    }
  }
  return true;
}

function oldestFirst(places: readonly Place[]): { place: Place; segment: Segment }[] {
  const all = places.flatMap((place) => place.segments.map((segment) => ({ place, segment })));
  return all.sort((one, other) => one.segment.oldest - other.segment.oldest);
}

async function sendSegment(draining: Draining, segment: Segment, isWanted: () => boolean): Promise<boolean> {
  segment.left ??= await load(draining, segment);
  // one goes ahead: where nothing answers, it alone waits for the deadline
  for (let size = 1; segment.left.length > 0; size = WINDOW) {
    if (!isWanted()) return false;
    // they count as left until they are answered
    const window: Spooled[] = segment.left.slice(0, size);
    const outcomes = await Promise.all(window.map((record) => trySend(draining, segment, record)));
    const again = window.filter((_, n) => !outcomes[n]);
    segment.left.splice(0, window.length, ...again);
    if (again.length > 0) return false;
  }
  return true;
}

async function load({ disk, log }: Draining, segment: Segment): Promise<Spooled[]> {
  const { segment: found, scan } = await readSegment(disk, segment.path);
  segment.damaged = found.damaged;
  if (scan.tornBytes > 0)
    log.warn({ bytes: scan.tornBytes }, "spool: a record whose write did not end is cut off");
  return scan.records;
}

/** Whether the record is off our hands. One that can never be sent stays in its segment, which is kept aside. */
async function trySend({ send, log }: Draining, segment: Segment, record: Spooled): Promise<boolean> {
  try {
    await send(record);
  } catch (err) {
    if (err instanceof Unavailable) return false;
    log.error({ err }, "spool: a record cannot be sent");
    segment.damaged = true;
  }
  return true;
}

/** All of it that could be read was sent: it goes, or is kept aside where that was not all of it. */
async function dispose(draining: Draining, place: Place, segment: Segment): Promise<void> {
  const { disk, places } = draining;
  if (segment.damaged) await keepAside(draining, segment);
  else await disk.remove(segment.path);
  place.segments.splice(place.segments.indexOf(segment), 1);
  await disk.syncDir(place.dir);
  if (!place.adopted || place.segments.length > 0) return;
  places.splice(places.indexOf(place), 1);
  await leavePlace(disk, place);
}

async function keepAside({ disk, root, log, metrics }: Draining, { path, bytes }: Segment): Promise<void> {
  const aside = join(root, ASIDE);
  const to = join(aside, `${basename(dirname(path))}-${basename(path)}`);
  await disk.makeDir(aside);
  await disk.move(path, to);
  metrics.spoolDamaged.inc();
  log.error({ path: to, bytes }, "spool: a damaged segment is kept aside, what could be read of it was sent");
}
