import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Log } from "@teravoz/runtime";
import type { Disk } from "./disk.ts";
import { LOCK_FILE, readSegment, SEGMENT_NAME, SPOOL_DIR_NAME, type SpoolDir } from "./segments.ts";

type Root = { disk: Disk; root: string };

/**
 * Creates and locks the directory of this process. It is renamed to its final name only after it is locked, so that no
 * other process finds it before. Throws if the disk fails.
 */
export async function openSpoolDir({ disk, root }: Root): Promise<SpoolDir> {
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
 * Yields the directories of all processes that have ended, locked and with their segments read. A directory that cannot
 * be read now is left for the next call.
 */
export async function* adoptDirs({ disk, root, held, log }: Adopting) {
  for (const name of await disk.list(root)) {
    const dir = join(root, name);
    if (!SPOOL_DIR_NAME.test(name) || held.has(dir)) continue;
    const spoolDir = await adoptDir(disk, dir).catch((err) => {
      log.error(
        { err, path: dir },
        "spool: the directory of an ended process cannot be read, retrying later",
      );
      return null;
    });
    if (spoolDir) yield spoolDir;
  }
}

/** Locks a directory and reads its segments. Returns null if its owner is alive, or if another process was faster. */
async function adoptDir(disk: Disk, dir: string): Promise<SpoolDir | null> {
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
