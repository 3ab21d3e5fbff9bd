import { join } from "node:path";
import type { Disk, SpoolFile } from "./disk.ts";
import { type Addressed, encodeRecord, MAX_RECORD_BYTES, type Spooled } from "./record.ts";
import { type Outline, oldestOf, PROBE_FILE, type SpoolDir } from "./segments.ts";

/** The segment that is being written; its outline describes the part of it that is on the disk for good. */
export type Active = { file: SpoolFile; spoolDir: SpoolDir; outline: Outline; destinations: Set<string> };

/** A new segment, empty. The caller sees to it that its name is on the disk before anything in it counts. */
export async function begin(disk: Disk, spoolDir: SpoolDir, number: number): Promise<Active> {
  const path = join(spoolDir.dir, `${String(number).padStart(8, "0")}.segment`);
  const outline = { path, bytes: 0, records: 0, oldest: Number.POSITIVE_INFINITY };
  return { file: await disk.create(path), spoolDir, outline, destinations: new Set() };
}

/** Resolves when all records are on the disk. Rejects where the disk does not take them: then nothing more may be written there. */
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

/** A file of these records, written as a whole; answers its size. The caller sees to it that its name is on the disk for good. */
export async function writeFile(disk: Disk, path: string, records: readonly Spooled[]): Promise<number> {
  const bytes = Buffer.concat(records.map(encodeRecord));
  // one that was not finished before counts for nothing
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
    if (taken === 0) throw new Error("the disk takes no more");
    written += taken;
  }
}

/** Nothing depends on how the closing ends: what counts is on the disk already. */
export const close = ({ file }: Active): void => void file.close().catch(() => {});

/** Resolves where the disk takes the largest record and keeps it. */
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
