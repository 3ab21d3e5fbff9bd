import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { type Lock, lock } from "./lock.ts";

/** A file being written: only at its end. */
export type SpoolFile = {
  /** Resolves with how many bytes were taken, perhaps fewer than given. */
  write(bytes: Buffer): Promise<number>;
  /** Resolves when what was written, and the file's length, survive a loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
};

/** What a spool does to a disk: a dependency, so that a disk that fails can be tried. */
export type Disk = {
  /** A new file, for this user's eyes only. Rejects where there is one. */
  create(path: string): Promise<SpoolFile>;
  read(path: string): Promise<Buffer>;
  /** The size of a file in bytes. */
  size(path: string): Promise<number>;
  /** The names in a directory, sorted. */
  list(dir: string): Promise<string[]>;
  move(from: string, to: string): Promise<void>;
  /** Does nothing where there is none. */
  remove(path: string): Promise<void>;
  /** Does nothing where it is already. */
  makeDir(dir: string): Promise<void>;
  /** Rejects where it is not empty. */
  removeDir(dir: string): Promise<void>;
  /** Resolves when the names in a directory survive a loss of power. */
  syncDir(dir: string): Promise<void>;
  /** Null where another process, or another handle of this one, has the lock; throws where there can be none. */
  lock(path: string): Lock | null;
};

/** The disk of this machine. */
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
