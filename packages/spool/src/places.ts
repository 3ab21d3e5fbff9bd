import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Log } from "@teravoz/runtime";
import type { Disk } from "./disk.ts";
import { LOCK_FILE, PLACE_NAME, type Place, readSegment, SEGMENT_NAME } from "./segments.ts";

type Root = { disk: Disk; root: string };

/**
 * A directory of this process's own, locked. It gets its name only when it is locked: nobody finds it before. Throws where
 * the disk does not let it.
 */
export async function openPlace({ disk, root }: Root): Promise<Place> {
  const id = `${Date.now().toString(36)}-${randomBytes(4).toString("hex")}`;
  const dir = join(root, `ingest-${id}`);
  const nameless = join(root, `new-${id}`);
  await disk.makeDir(nameless);
  const lock = disk.lock(join(nameless, LOCK_FILE));
  if (!lock) throw new Error("the spool's directory cannot be locked");
  await disk.move(nameless, dir);
  await disk.syncDir(root);
  return { dir, lock, segments: [], adopted: false };
}

type Adopting = Root & { held: ReadonlySet<string>; log: Log };

/**
 * The directories of processes that have ended, as many as there are, each locked and its segments read. One that cannot be read
 * now is left for the next time.
 */
export async function* adoptPlaces({ disk, root, held, log }: Adopting) {
  for (const name of await disk.list(root)) {
    const dir = join(root, name);
    if (!PLACE_NAME.test(name) || held.has(dir)) continue;
    const place = await adoptPlace(disk, dir).catch((err) => {
      log.error({ err, path: dir }, "spool: what an ended process has left cannot be read now");
      return null;
    });
    if (place) yield place;
  }
}

/** Null where its owner lives, or another was faster. */
async function adoptPlace(disk: Disk, dir: string): Promise<Place | null> {
  const lock = disk.lock(join(dir, LOCK_FILE));
  if (!lock) return null;
  try {
    const names = (await disk.list(dir)).filter((name) => SEGMENT_NAME.test(name));
    const segments = [];
    for (const name of names) segments.push((await readSegment(disk, join(dir, name))).segment);
    return { dir, lock, segments, adopted: true };
  } catch (error) {
    lock.release();
    if ((error as { code?: string }).code === "ENOENT") return null;
    throw error;
  }
}
