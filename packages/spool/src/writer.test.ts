import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import { createMemoryDisk, diskError } from "../testing/memory-disk.ts";
import {
  breakDisk,
  elapse,
  QUICK,
  startProcess,
  stopAll,
  stopClock,
  texts,
  timed,
  until,
} from "../testing/process.ts";

beforeEach(stopClock);
afterEach(stopAll);

test("a record is not acknowledged before the fsyncs of its segment and of the segment's directory", async () => {
  const disk = createMemoryDisk();
  const { append } = await startProcess(disk);
  disk.world.done.length = 0;
  await append("first");
  const steps = disk.world.done.map(({ operation }) => operation).filter((step) => step !== "list");
  expect(steps).toEqual(["create", "syncDir", "write", "sync"]);
  let release = () => {};
  const held = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  breakDisk(disk, (operation) => (operation === "sync" ? held : undefined));
  let acknowledged = false;
  const second = append("second").then(() => {
    acknowledged = true;
  });
  await elapse(30);
  expect(acknowledged).toBe(false);
  release();
  await second;
});

test("records that arrive while an fsync runs share the next one", async () => {
  const disk = createMemoryDisk();
  const { append } = await startProcess(disk);
  await Promise.all(texts(1_000).map(append));
  const syncs = disk.world.done.filter(({ operation }) => operation === "sync");
  expect(syncs.length).toBe(2);
});

test("a write that stores only a part of the bytes is continued", async () => {
  const disk = createMemoryDisk();
  const { append, brokers, sent, spool } = await startProcess(disk);
  breakDisk(disk, (operation) => (operation === "write" ? 7 : undefined));
  // the disk writes 7 bytes at a time, of a record of about 30
  await append("0123456789");
  brokers.up = true;
  await until(() => spool.depth().records === 0);
  expect(sent).toEqual(["0123456789"]);
});

test.each([
  ["fsync", "EIO", "sync"],
  ["write", "ENOSPC", "write"],
  ["create", "ENOSPC", "create"],
  ["fsync of the directory", "EIO", "syncDir"],
] as const)(
  "a %s that fails (%s) rejects the records that depend on it and ends their segment, and acknowledged records are sent",
  async (_what, code, broken) => {
    const disk = createMemoryDisk();
    const limits = { ...QUICK, segmentBytes: broken === "create" || broken === "syncDir" ? 1 : 1024 ** 2 };
    const { append, brokers, sent, spool, logged } = await startProcess(disk, { limits });
    await append("before");
    const heal = breakDisk(disk, (operation) => (operation === broken ? diskError(code) : undefined));
    await expect(append("lost")).rejects.toThrow(Unavailable);
    const failedAt = disk.world.done.findLast(({ operation }) => operation === broken)!.path;
    expect(spool.check().ok).toBe(false);
    heal();
    const known = disk.world.done.length;
    await append("after");
    const later = disk.world.done.slice(known);
    if (broken === "sync" || broken === "write")
      expect(
        later.filter(({ operation, path }) => /^(write|sync)$/.test(operation) && path === failedAt),
      ).toEqual([]);
    expect(spool.check().ok).toBe(true);
    brokers.up = true;
    await until(() => spool.depth().records === 0);
    expect(sent.filter((text) => text !== "lost").toSorted()).toEqual(["after", "before"]);
    expect(logged.filter((line) => line.includes("disk failed")).length).toBe(1);
  },
);

test("a disk that works again is detected without an event, because an instance that is not ready gets none", async () => {
  const disk = createMemoryDisk();
  const { append, spool } = await startProcess(disk);
  const heal = breakDisk(disk, (operation) => (operation === "write" ? diskError("ENOSPC") : undefined));
  await expect(append("lost")).rejects.toThrow(Unavailable);
  await elapse(30);
  expect(spool.check().ok).toBe(false);
  heal();
  await until(() => spool.check().ok);
});

test("a disk that fails repeatedly leaves no files behind", async () => {
  const disk = createMemoryDisk();
  const { append, segments } = await startProcess(disk);
  const heal = breakDisk(disk, (operation) => (operation === "sync" ? diskError("EIO") : undefined));
  for (const text of texts(20)) await expect(append(text)).rejects.toThrow(Unavailable);
  heal();
  await until(() => segments().length === 0);
});

test("a disk that does not answer fails its records at the deadline and later ones at once, and is used again when it answers", async () => {
  const disk = createMemoryDisk();
  const { append, spool } = await startProcess(disk, { limits: { ...QUICK, diskDeadlineMs: 1_000 } });
  let answer = () => {};
  const silent = new Promise<undefined>((resolve) => {
    answer = () => resolve(undefined);
  });
  const heal = breakDisk(disk, (operation) => (operation === "sync" ? silent : undefined));
  const { outcome, tookMs } = await timed(Promise.allSettled(texts(10).map(append)));
  expect(outcome).toMatchObject({ value: Array.from({ length: 10 }, () => ({ status: "rejected" })) });
  expect(tookMs).toBe(1_000);
  const again = await timed(append("at once"));
  expect(again).toMatchObject({ outcome: { reason: expect.any(Unavailable) }, tookMs: 0 });
  heal();
  answer();
  await until(() => spool.check().ok);
  await append("after");
});
