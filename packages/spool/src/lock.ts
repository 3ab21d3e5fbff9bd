/** Held until it is released or the process ends, in whatever way. A stopped process keeps it. */
export type Lock = { release(): void };

/** SQLite's codes (sqlite.org/rescode.html): another has it; the file cannot be opened, for its directory is gone. */
const BUSY = 5;
const CANNOT_OPEN = 14;

/**
 * A lock of the kernel's by way of SQLite, for Node has none of its own: an exclusive transaction that nothing is written in. It
 * dies with its process, holds while the process is stopped, and holds between containers that share a volume.
 * Null where another has it, or where there is no directory any more.
 */
export function lock(path: string): Lock | null {
  // loaded only by who has a spool
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    database = new DatabaseSync(path);
    // no journal beside it
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    const { errcode } = error as { errcode?: number };
    if (errcode === BUSY || errcode === CANNOT_OPEN) return null;
    throw error;
  }
  return { release: () => database.close() };
}
