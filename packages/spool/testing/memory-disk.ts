import { dirname } from "node:path";
import type { Disk } from "../src/disk.ts";

/**
 * A file in memory. `lost` means that an fsync failed: the bytes written until then will never be on the disk, whatever
 * the next fsync reports.
 */
type File = { content: Buffer; synced: Buffer; lost: boolean };
type Operation = Exclude<keyof Disk, "lock"> | "write" | "sync" | "close";

/**
 * Decides what happens instead of an operation: an error is thrown, or only this number of bytes is written. Undefined
 * = the operation succeeds.
 */
export type Trouble = (operation: Operation, path: string) => Error | number | undefined | Promise<undefined>;

export const diskError = (code: string) => Object.assign(new Error(code), { code });

export type MemoryDisk = ReturnType<typeof createMemoryDisk>;

/**
 * Creates a disk in memory that simulates power losses. A file keeps its synced bytes and as many more as `keeps` says,
 * and a directory keeps its synced names. Each process on it starts with its own `Disk`.
 */
export function createMemoryDisk() {
  const names = new Map<string, File>();
  const syncedNames = new Map<string, File>();
  const dirs = new Set<string>(["/spool"]);
  const syncedDirs = new Set(dirs);
  const locks = new Map<string, object>();
  const done: { operation: Operation; path: string }[] = [];
  const world = { trouble: (() => undefined) as Trouble, names, dirs, done, locks };

  const start = (): Disk & { kill(): void } => {
    const self = { alive: true };
    const run = async <T>(operation: Operation, path: string, act: (taken?: number) => T): Promise<T> => {
      await null;
      const trouble = await world.trouble(operation, path);
      // an ended process does nothing more
      if (!self.alive) throw diskError("DEAD");
      done.push({ operation, path });
      if (trouble instanceof Error) {
        const file = names.get(path);
        if (file && operation === "sync") file.lost = true;
        throw trouble;
      }
      return act(trouble);
    };
    const fileAt = (path: string): File => {
      const file = names.get(path);
      if (!file) throw diskError("ENOENT");
      return file;
    };
    return {
      create: (path) =>
        run("create", path, () => {
          if (names.has(path)) throw diskError("EEXIST");
          if (!dirs.has(dirname(path))) throw diskError("ENOENT");
          const file: File = { content: Buffer.alloc(0), synced: Buffer.alloc(0), lost: false };
          names.set(path, file);
          return {
            write: (bytes) =>
              run("write", path, (taken = bytes.length) => {
                file.content = Buffer.concat([file.content, bytes.subarray(0, taken)]);
                return taken;
              }),
            sync: () =>
              run("sync", path, () => {
                if (!file.lost) file.synced = file.content;
              }),
            close: () => run("close", path, () => {}),
          };
        }),
      read: (path) => run("read", path, () => fileAt(path).content),
      size: (path) => run("size", path, () => fileAt(path).content.length),
      list: (dir) =>
        run("list", dir, () => {
          if (!dirs.has(dir)) throw diskError("ENOENT");
          const paths = [...names.keys(), ...dirs].filter((path) => dirname(path) === dir);
          return paths.map((path) => path.slice(dir.length + 1)).sort();
        }),
      move: (from, to) => run("move", from, () => rename(from, to)),
      remove: (path) => run("remove", path, () => void names.delete(path)),
      makeDir: (dir) => run("makeDir", dir, () => void dirs.add(dir)),
      removeDir: (dir) =>
        run("removeDir", dir, () => {
          if ([...names.keys()].some((path) => dirname(path) === dir)) throw diskError("ENOTEMPTY");
          dirs.delete(dir);
        }),
      syncDir: (dir) =>
        run("syncDir", dir, () => {
          for (const path of syncedNames.keys()) if (dirname(path) === dir) syncedNames.delete(path);
          for (const [path, file] of names) if (dirname(path) === dir) syncedNames.set(path, file);
          for (const each of dirs) if (dirname(each) === dir) syncedDirs.add(each);
          for (const each of syncedDirs)
            if (dirname(each) === dir && !dirs.has(each)) syncedDirs.delete(each);
        }),
      lock: (path) => {
        if (!self.alive || locks.has(path) || !dirs.has(dirname(path))) return null;
        const owner = self;
        locks.set(path, owner);
        if (!names.has(path))
          names.set(path, { content: Buffer.alloc(0), synced: Buffer.alloc(0), lost: false });
        // a lock belongs to the file, wherever it is moved
        return { release: () => releaseOf(owner, path) };
      },
      kill: () => {
        self.alive = false;
        for (const [path, owner] of locks) if (owner === self) locks.delete(path);
      },
    };
  };

  const releaseOf = (owner: object, path: string) => {
    for (const [locked, by] of locks)
      if (by === owner && (locked === path || lockIdOf(locked) === lockIdOf(path))) locks.delete(locked);
  };
  /** Returns the path without the prefix of the directory, which is renamed once, from new-… to ingest-…. */
  const lockIdOf = (path: string) => path.replace(/\/(new|ingest)-/, "/");

  function rename(from: string, to: string): void {
    if (names.has(from)) {
      names.set(to, names.get(from)!);
      names.delete(from);
      return;
    }
    dirs.delete(from);
    dirs.add(to);
    for (const map of [names, syncedNames, locks] as Map<string, unknown>[])
      for (const [path, value] of [...map])
        if (dirname(path) === from) {
          map.delete(path);
          map.set(`${to}${path.slice(from.length)}`, value);
        }
  }

  /** Simulates a power loss. `keeps` is the remaining part of the unsynced bytes, from 0 to 1. */
  const losePower = (keeps: number) => {
    if (keeps < 0.5) {
      for (const dir of [...dirs]) if (!syncedDirs.has(dir)) dirs.delete(dir);
      for (const dir of syncedDirs) dirs.add(dir);
      for (const path of [...names.keys()])
        if (!syncedNames.has(path) || !dirs.has(dirname(path))) names.delete(path);
    }
    for (const [path, file] of syncedNames) if (dirs.has(dirname(path))) names.set(path, file);
    for (const file of names.values()) {
      const more = Math.floor((file.content.length - file.synced.length) * keeps);
      file.content = file.content.subarray(0, file.synced.length + more);
    }
  };

  return { world, start, losePower };
}
