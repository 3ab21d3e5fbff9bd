import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Log } from "@teravoz/runtime";
import type { Disk } from "./disk.ts";
import { LOCK_FILE, readSegment, SEGMENT_NAME, SPOOL_DIR_NAME, type SpoolDir } from "./segments.ts";

type Root = { disk: Disk; root: string };

/**
 * A directory of this process's own, locked. It gets its name only when it is locked: nobody finds it before. Throws where
 * the disk does not let it.
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
 * The directories of processes that have ended, as many as there are, each locked and its segments read. One that cannot be read
 * now is left for the next time.
 */
export async function* adoptDirs({ disk, root, held, log }: Adopting) {
  for (const name of await disk.list(root)) {
    const dir = join(root, name);
    if (!SPOOL_DIR_NAME.test(name) || held.has(dir)) continue;
    const spoolDir = await adoptDir(disk, dir).catch((err) => {
      log.error({ err, path: dir }, "spool: what an ended process has left cannot be read now");
      return null;
    });
    if (spoolDir) yield spoolDir;
  }
}

/** Null where its owner lives, or another was faster. */
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
