/** A lock that is held until it is released or the process ends in any way. A process that is only stopped keeps it. */
export type Lock = { release(): void };

/**
 * SQLite's result codes (sqlite.org/rescode.html): another process has the lock, or the file cannot be opened because
 * its directory no longer exists.
 */
const BUSY = 5;
const CANNOT_OPEN = 14;

/**
 * Acquires a lock of the kernel through SQLite, because Node offers none: an exclusive transaction in which nothing is
 * written. The lock ends with its process, holds while the process is stopped, and works between containers that share
 * a volume. Returns null if another process has it, or if the directory no longer exists.
 */
export function lock(path: string): Lock | null {
  // loaded only if a spool is used
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    database = new DatabaseSync(path);
    // this mode creates no journal file
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    const { errcode } = error as { errcode?: number };
    if (errcode === BUSY || errcode === CANNOT_OPEN) return null;
    throw error;
  }
  return { release: () => database.close() };
}
