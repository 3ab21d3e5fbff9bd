import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { RefusedForGood, Unavailable } from "@teravoz/domain";
import { createLog, createMetrics } from "@teravoz/runtime";
import fc from "fast-check";
import { runs } from "../../../test/support/long.ts";
import { createMemoryDisk, diskError, type MemoryDisk } from "../testing/memory-disk.ts";
import { elapse, stopClock } from "../testing/process.ts";
import { openSpool, type Spool } from "./spool.ts";

beforeAll(stopClock);
afterAll(() => void jest.useRealTimers());

const LIMITS = {
  segmentBytes: 300,
  tickMs: 5,
  adoptMs: 10,
  diskDeadlineMs: 1_000,
  drainAtStopMs: 50,
  refusedRetryMs: 20,
};

type Step =
  | { does: "append"; count: number }
  | { does: "brokers"; up: boolean }
  | { does: "trouble"; every: number; code: "EIO" | "ENOSPC" | "short" }
  | { does: "heal" }
  | { does: "stop" | "kill" }
  | { does: "lose power"; keeps: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ does: fc.constant("append" as const), count: fc.integer({ min: 1, max: 20 }) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("brokers" as const), up: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("trouble" as const),
      every: fc.integer({ min: 1, max: 9 }),
      code: fc.constantFrom("EIO" as const, "ENOSPC" as const, "short" as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ does: "heal" }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ does: "stop" }, { does: "kill" }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("lose power" as const),
      keeps: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
);

test("every acknowledged record is eventually sent, and a record that was never appended is not, whatever fails or is refused and whenever power is lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const history = createHistory();
      for (const each of steps) await history.take(each);
      await history.settle();
      const { given, acknowledged, sent } = history;
      expect([...acknowledged].filter((text) => !sent.has(text))).toEqual([]);
      expect([...sent].filter((text) => !given.has(text))).toEqual([]);
    }),
    { numRuns: runs(30) },
  );
  // the duration is not tested: a busy machine needs more than 5 s
}, 60_000);

function createHistory() {
  const disk = createMemoryDisk();
  const [given, acknowledged, sent] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const brokers = { up: false, refusing: true };
  const starting = () => startProcess(disk, brokers, sent);
  let running: Awaited<ReturnType<typeof starting>> | null = null;
  const ended: Spool[] = [];
  const end = () => {
    running?.kill();
    if (running) ended.push(running.spool);
    running = null;
  };
  const append = async (text: string) => {
    given.add(text);
    await running!.spool.append({ body: Buffer.from(text), receivedAt: new Date() }).then(
      () => acknowledged.add(text),
      (error) => expect(error).toBeInstanceOf(Unavailable),
    );
  };
  const take = async (each: Step): Promise<void> => {
    running ??= await starting().catch(() => null);
    if (!running) return;
    switch (each.does) {
      case "append":
        // not awaited, so that the next step may happen during the appends
        for (let n = 0; n < each.count; n++) void append(`event-${given.size}`);
        return elapse(given.size % 7);
      case "brokers":
        brokers.up = each.up;
        return elapse(20);
      case "trouble":
        return breakDisk(disk, each);
      case "heal":
        return breakDisk(disk, { every: Number.POSITIVE_INFINITY, code: "EIO" });
      case "stop":
        await running.spool.stop().catch(() => {});
        return end();
      case "kill":
        return end();
      case "lose power":
        end();
        return disk.losePower(each.keeps);
    }
  };
  const settle = async () => {
    breakDisk(disk, { every: Number.POSITIVE_INFINITY, code: "EIO" });
    Object.assign(brokers, { up: true, refusing: false });
    running ??= await starting();
    const isDone = () => [...disk.world.names.keys()].every((path) => !/\.(segment|refused)$/.test(path));
    for (let tries = 0; !isDone() && tries < 2_000; tries++) await elapse(5);
    for (const spool of [...ended, running.spool]) await spool.stop().catch(() => {});
  };
  return { given, acknowledged, sent, take, settle };
}

async function startProcess(
  disk: MemoryDisk,
  brokers: { up: boolean; refusing: boolean },
  sent: Set<string>,
) {
  const process = disk.start();
  const spool = await openSpool({
    disk: process,
    root: "/spool",
    maxBytes: 10_000,
    limits: LIMITS,
    metrics: createMetrics(),
    canSend: () => brokers.up,
    destinationOf: ({ body }) => String(body).slice(-1),
    send: async ({ body }) => {
      if (!brokers.up) throw new Unavailable("away");
      if (brokers.refusing && /[37]$/.test(String(body))) throw new RefusedForGood("too large");
      if (brokers.refusing && /5$/.test(String(body))) throw new Unavailable("no leader");
      sent.add(String(body));
    },
    log: createLog("test", "silent"),
  }).catch((error) => {
    process.kill();
    throw error;
  });
  return { spool, kill: process.kill };
}

function breakDisk(
  { world }: MemoryDisk,
  { every, code }: { every: number; code: "EIO" | "ENOSPC" | "short" },
) {
  let operations = 0;
  world.trouble = (operation) => {
    if (++operations % every !== 0) return undefined;
    if (code === "short") return operation === "write" ? 3 : undefined;
    return operation === "read" && code === "EIO" ? undefined : diskError(code);
  };
}
