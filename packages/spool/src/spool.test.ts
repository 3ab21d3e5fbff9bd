import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { RefusedForGood, Unavailable } from "@teravoz/domain";
import { createMemoryDisk, diskError } from "../testing/memory-disk.ts";
import {
  breakDisk,
  elapse,
  QUICK,
  ROOT,
  startProcess,
  stopAll,
  stopClock,
  texts,
  timed,
  until,
} from "../testing/process.ts";

beforeEach(stopClock);
afterEach(stopAll);

test("spooled records are sent once each when the brokers return, and their files are removed", async () => {
  const { append, brokers, sent, spool, segments, logged } = await startProcess(createMemoryDisk());
  await Promise.all(texts(2_000).map(append));
  expect(spool.depth()).toMatchObject({ records: 2_000 });
  expect(sent).toEqual([]);
  brokers.up = true;
  await until(() => spool.depth().records === 0);
  expect(sent.toSorted()).toEqual(texts(2_000).toSorted());
  await until(() => segments().length === 0);
  expect(spool.depth()).toEqual({ records: 0, bytes: 0, oldestSeconds: 0 });
  expect(spool.check()).toEqual({ ok: true });
  await until(() => logged.length === 2);
  expect(logged.map((line) => JSON.parse(line).msg)).toEqual([
    "spool: events are stored on the disk until the brokers accept them",
    "spool: all stored records are sent",
  ]);
});

test("a full spool refuses records and reports it, and accepts records again after the brokers accepted some", async () => {
  const { append, brokers, spool } = await startProcess(createMemoryDisk(), { maxBytes: 200_000 });
  const big = "x".repeat(60_000);
  for (let n = 0; n < 3; n++) await append(big);
  await expect(append(big)).rejects.toThrow(Unavailable);
  expect(spool.check()).toMatchObject({ ok: false, reason: expect.stringMatching(/^full: 3 records wait/) });
  brokers.up = true;
  await until(() => spool.check().ok);
  await append(big);
});

test("if the brokers fail in the middle, the records that they accepted are not sent again and the others are", async () => {
  const { append, brokers, sent, spool } = await startProcess(createMemoryDisk());
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

test("a destination that accepts nothing blocks only its own records, and later gets them in order", async () => {
  const { append, brokers, sent, spool } = await startProcess(createMemoryDisk());
  const bodies = texts(1_200).map((text, n) => (n % 12 === 0 ? `stuck: ${text}` : text));
  await Promise.all(bodies.map(append));
  brokers.take = async (body) => {
    if (body.startsWith("stuck")) throw new Unavailable("no leader");
  };
  brokers.up = true;
  const stuck = bodies.filter((body) => body.startsWith("stuck"));
  await until(() => sent.length === 1_100);
  expect(spool.depth().records).toBe(stuck.length);
  await append("later");
  await until(() => sent.includes("later"));
  brokers.take = async () => {};
  await until(() => spool.depth().records === 0);
  expect(sent.filter((body) => body.startsWith("stuck"))).toEqual(stuck);
  expect(sent.length).toBe(1_201);
});

test("a permanently refused record is set aside and logged as an error, and is sent once Kafka accepts it", async () => {
  const disk = createMemoryDisk();
  const { append, brokers, sent, spool, segments, logged, metrics } = await startProcess(disk);
  const large = "a: too large";
  await Promise.all([...texts(50), large, ...texts(50).map((text) => `a: ${text}`)].map(append));
  brokers.take = async (body) => {
    if (body === large) throw new RefusedForGood("MESSAGE_TOO_LARGE");
  };
  brokers.up = true;
  await until(() => sent.length === 100);
  await until(() => spool.depth().records === 0 && spool.aside().refused === 1);
  expect(segments()).toEqual([expect.stringMatching(/\.refused$/)]);
  expect(spool.check()).toEqual({ ok: true });
  expect(spool.backlog()).toEqual({
    ok: false,
    tolerated: true,
    reason: "1 records are refused by Kafka and set aside",
  });
  await elapse(20);
  expect(await metrics.registry.metrics()).toMatch(/^teravoz_spool_refused_records 1$/m);
  expect(logged.filter((line) => line.includes('"level":"error"') && line.includes("set aside")).length).toBe(
    1,
  );
  // later events do not wait for the refused record
  await append("a: later");
  await until(() => sent.includes("a: later"));
  await elapse(2 * QUICK.refusedRetryMs);
  expect(spool.aside().refused).toBe(1);
  brokers.take = async () => {};
  await until(() => segments().length === 0);
  expect(sent.filter((body) => body === large)).toEqual([large]);
  expect(spool.backlog()).toEqual({ ok: true });
});

test("a stop reports a record that is set aside and leaves its file, and the next process tries it at once", async () => {
  const disk = createMemoryDisk();
  const limits = { ...QUICK, refusedRetryMs: 3_600_000 };
  const refuse = async () => {
    throw new RefusedForGood("MESSAGE_TOO_LARGE");
  };
  const first = await startProcess(disk, { limits });
  await first.append("refused");
  Object.assign(first.brokers, { up: true, take: refuse });
  await until(() => first.spool.aside().refused === 1);
  await expect(first.spool.stop()).rejects.toThrow("spool not empty");
  const line = JSON.parse(first.logged.find((each) => each.includes("spool not empty"))!);
  expect(line).toMatchObject({ level: "error", records: 0, refused: 1 });
  const second = await startProcess(disk, { limits });
  Object.assign(second.brokers, { up: true, take: refuse });
  await until(() => second.spool.aside().refused === 1);
  second.kill();
  const third = await startProcess(disk, { limits });
  third.brokers.up = true;
  await until(() => third.sent.length === 1 && third.segments().length === 0);
});

test("a process that dies while it sets a record aside loses no record", async () => {
  const disk = createMemoryDisk();
  // it dies at each step: before and after the new file is written and named, and the old one removed
  for (let step = 0; step < 6; step++) {
    const dying = await startProcess(disk);
    await dying.append(`refused ${step}`);
    let steps = 0;
    breakDisk(disk, (_operation, path) => {
      if (!path.includes("ingest-") || dying.spool.aside().refused === 0) return undefined;
      if (steps++ === step) dying.kill();
      return undefined;
    });
    Object.assign(dying.brokers, {
      up: true,
      take: async () => {
        throw new RefusedForGood("MESSAGE_TOO_LARGE");
      },
    });
    await until(() => steps > step);
    disk.losePower(0);
  }
  const next = await startProcess(disk);
  next.brokers.up = true;
  await until(() => next.segments().length === 0);
  expect(new Set(next.sent)).toEqual(new Set(Array.from({ length: 6 }, (_, n) => `refused ${n}`)));
});

test("damaged files count towards the size limit and are never removed, and a full spool refuses records and reports why", async () => {
  const disk = createMemoryDisk();
  const { append, brokers, spool, metrics } = await startProcess(disk, {
    maxBytes: 200_000,
    limits: { ...QUICK, segmentBytes: 1 },
  });
  const big = "x".repeat(60_000);
  for (let n = 0; n < 2; n++) await append(big);
  for (const [path, file] of disk.world.names)
    if (path.endsWith(".segment")) file.content = Buffer.alloc(file.content.length, 1);
  brokers.up = true;
  await until(() => spool.aside().damagedBytes > 0 && spool.depth().records === 0);
  const damaged = [...disk.world.names.keys()].filter((path) => path.includes("/damaged/"));
  expect(damaged.length).toBe(2);
  expect(spool.aside().damagedBytes).toBe(2 * 60_020);
  expect(spool.backlog()).toMatchObject({ ok: false, reason: "120040 bytes in damaged/ could not be read" });
  await expect(append("x".repeat(64 * 1024).concat("y".repeat(20_000)))).rejects.toThrow("full");
  await elapse(20);
  expect(await metrics.registry.metrics()).toMatch(/^teravoz_spool_damaged_bytes 120040$/m);
  // a restarted process counts them too
  const next = await startProcess(disk, { maxBytes: 100_000 });
  expect(next.spool.check()).toMatchObject({
    ok: false,
    reason: expect.stringContaining("120040 of them in damaged/"),
  });
  await expect(next.append("one more")).rejects.toThrow("full");
  // an operator deletes them
  for (const path of damaged) disk.world.names.delete(path);
  await until(() => next.spool.check().ok);
  await next.append("one more");
});

test("depth and age are in the metrics and in the reason of the check", async () => {
  const { append, metrics, spool } = await startProcess(createMemoryDisk());
  await append("waits");
  await until(() => spool.depth().oldestSeconds > 0);
  expect(spool.check()).toMatchObject({
    ok: true,
    reason: expect.stringMatching(/^1 records wait, 25 bytes, /),
  });
  await elapse(20);
  const text = await metrics.registry.metrics();
  expect(text).toMatch(/^teravoz_spool_records 1$/m);
  expect(text).toMatch(/^teravoz_spool_bytes 25$/m);
  expect(text).toMatch(/^teravoz_spool_oldest_seconds (?!0$)[\d.]+$/m);
});

test("the readable records of a segment that is damaged in the middle are sent, and its file is set aside, counted and logged", async () => {
  const disk = createMemoryDisk();
  const { append, brokers, sent, logged, metrics } = await startProcess(disk);
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

test("an unreadable segment and a record that cannot be sent are set aside and block nothing", async () => {
  const disk = createMemoryDisk();
  const { append, brokers, sent, spool, segments } = await startProcess(disk, {
    limits: { ...QUICK, segmentBytes: 1 },
  });
  for (const text of ["unreadable", "unsendable", "good"]) await append(text);
  const [first] = segments();
  breakDisk(disk, (operation, path) =>
    operation === "read" && path === first ? diskError("EIO") : undefined,
  );
  brokers.take = async (body) => {
    if (body === "unsendable") throw new TypeError("5511999998888");
  };
  brokers.up = true;
  await until(() => spool.depth().records === 0 && spool.aside().refused === 1);
  expect(sent).toEqual(["good"]);
  expect(
    segments()
      .map((path) => path.split("/").at(-1))
      .sort(),
  ).toEqual(["00000002.refused", expect.stringMatching(/^ingest-.+-00000001\.segment$/)]);
});

test("the records of a dead process are adopted, sent and removed, and those of a living process are not touched", async () => {
  const disk = createMemoryDisk();
  const dead = await startProcess(disk);
  const living = await startProcess(disk, { limits: { ...QUICK, adoptMs: 60_000 } });
  const adopter = await startProcess(disk);
  await Promise.all(texts(50).map(dead.append));
  await living.append("living");
  adopter.brokers.up = true;
  await elapse(50);
  expect(adopter.sent).toEqual([]);
  dead.kill();
  await until(() => adopter.sent.length === 50);
  expect(adopter.sent.toSorted()).toEqual(texts(50).toSorted());
  await until(() => [...disk.world.dirs].filter((dir) => dir.includes("ingest-")).length === 2);
  expect(living.spool.depth().records).toBe(1);
});

test("all records of an adopted segment but the torn last one are sent, and its file is removed", async () => {
  const disk = createMemoryDisk();
  const dead = await startProcess(disk);
  for (const text of texts(5)) await dead.append(text);
  dead.kill();
  const file = [...disk.world.names].find(([path]) => path.endsWith(".segment"))![1];
  file.content = file.content.subarray(0, -3);
  const adopter = await startProcess(disk);
  adopter.brokers.up = true;
  await until(() => adopter.sent.length === 4 && adopter.segments().length === 0);
  expect(adopter.logged.some((line) => line.includes("not completed"))).toBe(true);
});

test("a stop sends the remaining records and removes the directory", async () => {
  const disk = createMemoryDisk();
  const { append, brokers, sent, spool } = await startProcess(disk, { limits: { ...QUICK, tickMs: 60_000 } });
  await Promise.all(texts(1_000).map(append));
  brokers.up = true;
  await spool.stop();
  expect(sent.toSorted()).toEqual(texts(1_000).toSorted());
  expect([...disk.world.dirs]).toEqual([ROOT]);
  await expect(append("late")).rejects.toThrow(Unavailable);
});

test("a stop fails while the brokers are unavailable, reports the depth and leaves all records to the next process", async () => {
  const disk = createMemoryDisk();
  const { append, spool, logged } = await startProcess(disk);
  await Promise.all(texts(3).map(append));
  await expect(spool.stop()).rejects.toThrow("spool not empty");
  const line = JSON.parse(logged.find((each) => each.includes("spool not empty"))!);
  expect(line).toMatchObject({ level: "error", records: 3, bytes: 81 });
  const next = await startProcess(disk);
  next.brokers.up = true;
  await until(() => next.sent.length === 3);
});

test("a stop with slow brokers sends until its deadline, then fails and reports the remaining records", async () => {
  const { append, brokers, sent, spool } = await startProcess(createMemoryDisk());
  await Promise.all(texts(5_000).map(append));
  brokers.take = () => new Promise((resolve) => setTimeout(resolve, 50));
  brokers.up = true;
  const { outcome, tookMs } = await timed(spool.stop());
  expect(outcome).toMatchObject({ status: "rejected", reason: { message: "spool not empty" } });
  // the records in flight at the deadline may still be acknowledged
  expect(tookMs).toBeGreaterThanOrEqual(QUICK.drainAtStopMs);
  expect(tookMs).toBeLessThanOrEqual(QUICK.drainAtStopMs + 50);
  expect(sent.length).toBeGreaterThan(1_000);
});

test("a spool on a full disk still sends its existing records, and accepts events once there is room", async () => {
  const disk = createMemoryDisk();
  const before = await startProcess(disk);
  for (const text of texts(10)) await before.append(text);
  before.kill();
  const heal = breakDisk(disk, (operation) =>
    operation === "makeDir" || operation === "create" ? diskError("ENOSPC") : undefined,
  );
  const { append, brokers, sent, spool } = await startProcess(disk);
  expect(spool.check()).toMatchObject({ ok: false });
  await expect(append("no room")).rejects.toThrow(Unavailable);
  brokers.up = true;
  await until(() => sent.length === 10);
  heal();
  await until(() => spool.check().ok);
  await append("room");
  await until(() => sent.includes("room"));
});

test.each([
  ["removed", "remove"],
  ["read", "read"],
] as const)(
  "a file that cannot be %s blocks no other file, is logged once, and is removed when that is possible",
  async (_how, failing) => {
    const disk = createMemoryDisk();
    // each record gets its own segment
    const { append, brokers, sent, spool, logged, segments } = await startProcess(disk, {
      limits: { ...QUICK, segmentBytes: 1 },
    });
    for (const text of texts(5)) await append(text);
    const [first] = segments().sort();
    const heal = breakDisk(disk, (operation, path) =>
      operation === failing && path === first ? diskError("EROFS") : undefined,
    );
    brokers.up = true;
    const others = failing === "read" ? texts(5).slice(1) : texts(5);
    await until(() => sent.length === others.length && segments().length === 1);
    expect(sent).toEqual(others);
    expect(spool.check()).toMatchObject({ ok: true, reason: expect.stringMatching(/^1 files cannot be/) });
    expect(logged.filter((line) => line.includes("stuck")).length).toBe(1);
    heal();
    await until(() => segments().length === 0);
    expect(sent.toSorted()).toEqual(texts(5));
  },
);

test("an unreadable directory of an ended process does not block those of other processes", async () => {
  const disk = createMemoryDisk();
  const [one, other] = [await startProcess(disk), await startProcess(disk)];
  await one.append("one");
  await other.append("other");
  const [first] = one.segments().sort();
  one.kill();
  other.kill();
  const heal = breakDisk(disk, (operation, path) =>
    operation === "read" && path === first ? diskError("EACCES") : undefined,
  );
  const { brokers, sent } = await startProcess(disk);
  brokers.up = true;
  await until(() => sent.length === 1);
  heal();
  await until(() => sent.length === 2);
});

test("a record is stored or refused within its deadline on a slow disk that writes each group in time", async () => {
  const diskDeadlineMs = 500;
  const disk = createMemoryDisk();
  const { append } = await startProcess(disk, { limits: { ...QUICK, diskDeadlineMs } });
  breakDisk(disk, async (operation) => {
    if (operation === "sync") await new Promise((resolve) => setTimeout(resolve, 100));
    return undefined;
  });
  // a group has 17 records, so the last record would be written after a second
  const body = "x".repeat(60_000);
  const began = performance.now();
  const endedAfter: number[] = [];
  let refused = 0;
  const appendOne = () =>
    append(body)
      .catch(() => refused++)
      .finally(() => endedAfter.push(performance.now() - began));
  await timed(Promise.all(Array.from({ length: 200 }, appendOne)));
  expect(refused).toBeGreaterThan(100);
  expect(refused).toBeLessThan(150);
  // a write that has begun at the deadline is completed
  expect(Math.max(...endedAfter)).toBeLessThanOrEqual(diskDeadlineMs + 100);
});
