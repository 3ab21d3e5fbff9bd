import { afterEach, expect, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import { createLog, createMetrics } from "@teravoz/runtime";
import { createMemoryDisk, diskError, type MemoryDisk, type Trouble } from "../testing/memory-disk.ts";
import { openSpool, type Spool, type SpoolOptions } from "./spool.ts";

const ROOT = "/spool";
const MiB = 1024 * 1024;
const QUICK = { tickMs: 2, adoptMs: 10, diskDeadlineMs: 100, drainAtStopMs: 200 };

const open: Spool[] = [];
afterEach(async () => {
  for (const spool of open.splice(0)) await spool.stop().catch(() => {});
});

/** A process with a spool on this disk; `brokers.up` says whether they take what it sends. */
async function start({ world, start: startDisk }: MemoryDisk, options: Partial<SpoolOptions> = {}) {
  const sent: string[] = [];
  const logged: string[] = [];
  const brokers = { up: false, take: async (_body: string): Promise<void> => {} };
  const disk = startDisk();
  const metrics = createMetrics();
  const spool = await openSpool({
    ...{ disk, root: ROOT, maxBytes: 64 * MiB, metrics, limits: QUICK },
    send: async ({ body }) => {
      if (!brokers.up) throw new Unavailable("away");
      await brokers.take(String(body));
      sent.push(String(body));
    },
    canSend: () => brokers.up,
    log: createLog("test", "info", { write: (line) => void logged.push(line) }),
    ...options,
  });
  open.push(spool);
  const append = (text: string) => spool.append({ body: Buffer.from(text), receivedAt: new Date() });
  const segments = () => [...world.names.keys()].filter((path) => path.endsWith(".segment"));
  return { spool, append, sent, logged, brokers, metrics, segments, kill: disk.kill };
}

const texts = (count: number) => Array.from({ length: count }, (_, n) => `event-${n}`);
const until = async (holds: () => boolean) => {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 1_000) throw new Error(`it did not come about: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};
/** Fails what the trouble names, until it is told to stop. */
const failing = (world: MemoryDisk["world"], trouble: Trouble) => {
  world.trouble = trouble;
  return () => {
    world.trouble = () => undefined;
  };
};

test("what is spooled is sent when the brokers are back, each once, and the disk is free again", async () => {
  const { append, brokers, sent, spool, segments } = await start(createMemoryDisk());
  await Promise.all(texts(2_000).map(append));
  expect(spool.depth()).toMatchObject({ records: 2_000 });
  expect(sent).toEqual([]);
  brokers.up = true;
  await until(() => spool.depth().records === 0);
  expect(sent.toSorted()).toEqual(texts(2_000).toSorted());
  await until(() => segments().length === 0);
  expect(spool.depth()).toEqual({ records: 0, bytes: 0, oldestSeconds: 0 });
  expect(spool.check()).toEqual({ ok: true });
});

test("a record is acknowledged after its fsync and that of its segment's name, not before", async () => {
  const disk = createMemoryDisk();
  const { append } = await start(disk);
  disk.world.done.length = 0;
  await append("first");
  const steps = disk.world.done.map(({ operation }) => operation).filter((step) => step !== "list");
  expect(steps).toEqual(["create", "syncDir", "write", "sync"]);
  let release = () => {};
  const held = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  failing(disk.world, (operation) => (operation === "sync" ? held : undefined));
  let acknowledged = false;
  const second = append("second").then(() => {
    acknowledged = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(acknowledged).toBe(false);
  release();
  await second;
});

test("what comes while an fsync runs shares the next one", async () => {
  const disk = createMemoryDisk();
  const { append } = await start(disk);
  await Promise.all(texts(1_000).map(append));
  const syncs = disk.world.done.filter(({ operation }) => operation === "sync");
  expect(syncs.length).toBe(2);
});

test("a write that takes only a part is gone on with", async () => {
  const disk = createMemoryDisk();
  const { append, brokers, sent, spool } = await start(disk);
  failing(disk.world, (operation) => (operation === "write" ? 7 : undefined));
  // the disk says what it took, never more than it was given: 7 bytes of a record of some 30
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
  "a %s that fails (%s): 503 for what depended on it, that segment is written no more, what was acknowledged is sent",
  async (_what, code, broken) => {
    const disk = createMemoryDisk();
    const limits = { ...QUICK, segmentBytes: broken === "create" || broken === "syncDir" ? 1 : MiB };
    const { append, brokers, sent, spool, logged } = await start(disk, { limits });
    await append("before");
    const heal = failing(disk.world, (operation) => (operation === broken ? diskError(code) : undefined));
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

test("a disk that came back is noticed without an event: who is not ready gets none", async () => {
  const disk = createMemoryDisk();
  const { append, spool } = await start(disk);
  const heal = failing(disk.world, (operation) => (operation === "write" ? diskError("ENOSPC") : undefined));
  await expect(append("lost")).rejects.toThrow(Unavailable);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(spool.check().ok).toBe(false);
  heal();
  await until(() => spool.check().ok);
});

test("failing for long leaves no files behind", async () => {
  const disk = createMemoryDisk();
  const { append, segments } = await start(disk);
  const heal = failing(disk.world, (operation) => (operation === "sync" ? diskError("EIO") : undefined));
  for (const text of texts(20)) await expect(append(text)).rejects.toThrow(Unavailable);
  heal();
  await until(() => segments().length === 0);
});

test("a disk that says nothing is given up after its deadline, then refuses at once, and is used again when it answers", async () => {
  const disk = createMemoryDisk();
  const { append, spool } = await start(disk);
  let answer = () => {};
  const silent = new Promise<undefined>((resolve) => {
    answer = () => resolve(undefined);
  });
  const heal = failing(disk.world, (operation) => (operation === "sync" ? silent : undefined));
  const began = performance.now();
  const outcomes = await Promise.allSettled(texts(10).map(append));
  expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
  expect(performance.now() - began).toBeGreaterThan(90);
  const again = performance.now();
  await expect(append("at once")).rejects.toThrow(Unavailable);
  expect(performance.now() - again).toBeLessThan(50);
  heal();
  answer();
  await until(() => spool.check().ok);
  await append("after");
});

test("a full spool refuses and says so; it takes records again when the brokers took some", async () => {
  const { append, brokers, spool } = await start(createMemoryDisk(), { maxBytes: 200_000 });
  const big = "x".repeat(60_000);
  for (let n = 0; n < 3; n++) await append(big);
  await expect(append(big)).rejects.toThrow(Unavailable);
  expect(spool.check()).toMatchObject({ ok: false, reason: expect.stringMatching(/^full: 3 records wait/) });
  brokers.up = true;
  await until(() => spool.check().ok);
  await append(big);
});

test("brokers that go away in the middle: what they took is not sent again, the rest is", async () => {
  const { append, brokers, sent, spool } = await start(createMemoryDisk());
  await Promise.all(texts(1_200).map(append));
  let taken = 0;
  brokers.take = async () => {
    if (++taken > 700) throw new Unavailable("gone");
  };
  brokers.up = true;
  await until(() => taken > 700);
  expect([sent.length, spool.depth().records]).toEqual([700, 500]);
  brokers.take = async () => {};
  await until(() => spool.depth().records === 0);
  expect(sent.toSorted()).toEqual(texts(1_200).toSorted());
});

test("depth and age are metrics and the reason of the check", async () => {
  const { append, metrics, spool } = await start(createMemoryDisk());
  await append("waits");
  await until(() => spool.depth().oldestSeconds > 0);
  expect(spool.check()).toMatchObject({
    ok: true,
    reason: expect.stringMatching(/^1 records wait, 25 bytes, /),
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  const text = await metrics.registry.metrics();
  expect(text).toMatch(/^teravoz_spool_records 1$/m);
  expect(text).toMatch(/^teravoz_spool_bytes 25$/m);
  expect(text).toMatch(/^teravoz_spool_oldest_seconds (?!0$)[\d.]+$/m);
});

test("a segment that is damaged in the middle: what can be read is sent, the file is kept aside, counted and told", async () => {
  const disk = createMemoryDisk();
  const { append, brokers, sent, logged, metrics } = await start(disk);
  for (const text of texts(10)) await append(text);
  const [path, file] = [...disk.world.names].find(([name]) => name.endsWith(".segment"))!;
  file.content = Buffer.from(file.content);
  file.content[file.content.indexOf("event-4")] = 0;
  brokers.up = true;
  await until(() => disk.world.names.has(path.replace(/\/(ingest-[^/]+)\//, "/damaged/$1-")));
  expect(sent).toEqual(texts(10).filter((text) => text !== "event-4"));
  expect(logged.filter((line) => line.includes('"level":"error"') && line.includes("damaged")).length).toBe(
    1,
  );
  expect(logged.join("")).not.toContain("event-");
  expect(await metrics.registry.metrics()).toMatch(/^teravoz_spool_damaged_segments_total 1$/m);
});

test("a segment that the disk cannot read, and a record that nobody can send, are kept aside and hold up nothing", async () => {
  const disk = createMemoryDisk();
  const { append, brokers, sent, spool, segments } = await start(disk, {
    limits: { ...QUICK, segmentBytes: 1 },
  });
  for (const text of ["unreadable", "unsendable", "good"]) await append(text);
  const [first] = segments();
  failing(disk.world, (operation, path) =>
    operation === "read" && path === first ? diskError("EIO") : undefined,
  );
  brokers.take = async (body) => {
    if (body === "unsendable") throw new TypeError("5511999998888");
  };
  brokers.up = true;
  await until(() => spool.depth().bytes === 0);
  expect(sent).toEqual(["good"]);
  expect(segments().map((path) => path.split("/")[2])).toEqual(["damaged", "damaged"]);
});

test("what a dead process has left is adopted, sent and removed; a living one's is left alone", async () => {
  const disk = createMemoryDisk();
  const dead = await start(disk);
  const living = await start(disk, { limits: { ...QUICK, adoptMs: 60_000 } });
  const adopter = await start(disk);
  await Promise.all(texts(50).map(dead.append));
  await living.append("living");
  adopter.brokers.up = true;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(adopter.sent).toEqual([]);
  dead.kill();
  await until(() => adopter.sent.length === 50);
  expect(adopter.sent.toSorted()).toEqual(texts(50).toSorted());
  await until(() => [...disk.world.dirs].filter((dir) => dir.includes("ingest-")).length === 2);
  expect(living.spool.depth().records).toBe(1);
});

test("an orphan whose last record is torn: all others are sent, and the file goes", async () => {
  const disk = createMemoryDisk();
  const dead = await start(disk);
  for (const text of texts(5)) await dead.append(text);
  dead.kill();
  const file = [...disk.world.names].find(([path]) => path.endsWith(".segment"))![1];
  file.content = file.content.subarray(0, -3);
  const adopter = await start(disk);
  adopter.brokers.up = true;
  await until(() => adopter.sent.length === 4 && adopter.segments().length === 0);
  expect(adopter.logged.some((line) => line.includes("cut off"))).toBe(true);
});

test("a stop sends what is left and removes its directory", async () => {
  const disk = createMemoryDisk();
  const { append, brokers, sent, spool } = await start(disk, { limits: { ...QUICK, tickMs: 60_000 } });
  await Promise.all(texts(1_000).map(append));
  brokers.up = true;
  await spool.stop();
  expect(sent.toSorted()).toEqual(texts(1_000).toSorted());
  expect([...disk.world.dirs]).toEqual([ROOT]);
  await expect(append("late")).rejects.toThrow(Unavailable);
});

test("a stop while the brokers are away fails, names the depth, and leaves all for the next", async () => {
  const disk = createMemoryDisk();
  const { append, spool, logged } = await start(disk);
  await Promise.all(texts(3).map(append));
  await expect(spool.stop()).rejects.toThrow("spool not empty");
  const line = JSON.parse(logged.find((each) => each.includes("spool not empty"))!);
  expect(line).toMatchObject({ level: "error", records: 3, bytes: 81 });
  const next = await start(disk);
  next.brokers.up = true;
  await until(() => next.sent.length === 3);
});

test("a stop gives up in time where the brokers take their time", async () => {
  const { append, brokers, spool } = await start(createMemoryDisk());
  await Promise.all(texts(5_000).map(append));
  brokers.take = () => new Promise((resolve) => setTimeout(resolve, 50));
  brokers.up = true;
  const began = performance.now();
  await expect(spool.stop()).rejects.toThrow("spool not empty");
  expect(performance.now() - began).toBeLessThan(1_000);
});
