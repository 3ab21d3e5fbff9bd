import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { type Lock, lock } from "./lock.ts";

/** A file that is being appended to. */
export type SpoolFile = {
  /** Resolves with the number of written bytes, which may be fewer than given. */
  write(bytes: Buffer): Promise<number>;
  /** Resolves when the written bytes and the file's length survive a power loss. */
  sync(): Promise<void>;
  close(): Promise<void>;
};

/** The disk operations of a spool. They are a dependency so that tests can use a failing disk. */
export type Disk = {
  /** Creates a file that only this user may read. Rejects if it exists. */
  create(path: string): Promise<SpoolFile>;
  read(path: string): Promise<Buffer>;
  /** Returns the size of a file in bytes. */
  size(path: string): Promise<number>;
  /** Returns the sorted names in a directory. */
  list(dir: string): Promise<string[]>;
  move(from: string, to: string): Promise<void>;
  /** Removes a file. Does nothing if it does not exist. */
  remove(path: string): Promise<void>;
  /** Creates a directory. Does nothing if it exists. */
  makeDir(dir: string): Promise<void>;
  /** Removes a directory. Rejects if it is not empty. */
  removeDir(dir: string): Promise<void>;
  /** Resolves when the names in a directory survive a power loss. */
  syncDir(dir: string): Promise<void>;
  /**
   * Locks a file. Returns null if another process, or another handle of this process, has the lock. Throws if the file
   * cannot be locked.
   */
  lock(path: string): Lock | null;
};

/** The local file system. */
export const disk: Disk = {
  create,
  read: (path) => readFile(path),
  size: async (path) => (await stat(path)).size,
  list: async (dir) => (await readdir(dir)).sort(),
  move: rename,
  remove: (path) => rm(path, { force: true }),
  makeDir: async (dir) => void (await mkdir(dir, { recursive: true, mode: 0o700 })),
  removeDir: rmdir,
  syncDir,
  lock,
};

async function create(path: string): Promise<SpoolFile> {
  const file = await open(path, "wx", 0o600);
  return {
    write: async (bytes) => (await file.write(bytes)).bytesWritten,
    sync: () => file.datasync(),
    close: () => file.close(),
  };
}

async function syncDir(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
