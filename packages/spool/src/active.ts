import { join } from "node:path";
import type { Disk, SpoolFile } from "./disk.ts";
import { type Addressed, encodeRecord, MAX_RECORD_BYTES, type Spooled } from "./record.ts";
import { type Outline, oldestOf, PROBE_FILE, type SpoolDir } from "./segments.ts";

/** The segment that is being written. Its outline describes the part that is safely on the disk. */
export type Active = { file: SpoolFile; spoolDir: SpoolDir; outline: Outline; destinations: Set<string> };

/** Creates an empty segment. The caller must sync its directory before any record in it is acknowledged. */
export async function begin(disk: Disk, spoolDir: SpoolDir, number: number): Promise<Active> {
  const path = join(spoolDir.dir, `${String(number).padStart(8, "0")}.segment`);
  const outline = { path, bytes: 0, records: 0, oldest: Number.POSITIVE_INFINITY };
  return { file: await disk.create(path), spoolDir, outline, destinations: new Set() };
}

/**
 * Appends records. Resolves when all of them are on the disk. Rejects if the disk fails: nothing more may then be
 * written to this segment.
 */
export async function appendAll(active: Active, records: readonly Addressed[]): Promise<void> {
  const { file, outline, destinations } = active;
  const bytes = Buffer.concat(records.map(encodeRecord));
  await writeAll(file, bytes);
  await file.sync();
  outline.bytes += bytes.length;
  outline.records += records.length;
  outline.oldest = Math.min(outline.oldest, oldestOf(records));
  for (const { destination } of records) destinations.add(destination);
}

/** Writes a whole file of these records and returns its size in bytes. The caller must sync its directory. */
export async function writeFile(disk: Disk, path: string, records: readonly Spooled[]): Promise<number> {
  const bytes = Buffer.concat(records.map(encodeRecord));
  // a file that an earlier try left unfinished is replaced
  await disk.remove(path);
  const file = await disk.create(path);
  try {
    await writeAll(file, bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  return bytes.length;
}

async function writeAll(file: SpoolFile, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const taken = await file.write(bytes.subarray(written));
    if (taken === 0) throw new Error("the disk accepts no more bytes");
    written += taken;
  }
}

/** Closes the segment in the background. Errors are ignored, because all its records are already on the disk. */
export const close = ({ file }: Active): void => void file.close().catch(() => {});

/** Tests a disk. Resolves if a file of the size of the largest record can be written and synced. */
export async function tryDisk(disk: Disk, dir: string): Promise<void> {
  const path = join(dir, PROBE_FILE);
  await disk.remove(path);
  const file = await disk.create(path);
  try {
    await writeAll(file, Buffer.alloc(MAX_RECORD_BYTES));
    await file.sync();
  } finally {
    await file.close();
    await disk.remove(path);
  }
}
