import { expect, test } from "@jest/globals";
import { createLog, createMetrics } from "@teravoz/runtime";
import { createMemoryDeadLetters } from "@teravoz/store";
import { watchDeadLetters } from "./watch.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const daysAgo = (days: number) => new Date(NOW - days * 86_400_000);

/** Stores dead letters of the given sizes and ages. Returns the effects of one check. */
async function lookAt(sizes: { bytes: number; days: number; status?: "redriven" }[]) {
  const deadLetters = createMemoryDeadLetters({ now: () => NOW });
  const arrived = sizes.map(({ bytes, days }, n) => ({
    key: `call-${n}`,
    type: null,
    reason: "unprocessable",
    service: "ingest",
    source: null,
    first_seen: daysAgo(days),
    last_seen: daysAgo(days),
    body: Buffer.alloc(bytes, n + 1),
  }));
  await deadLetters.add({ topic: "t", partition: 0, expected: null, next: 1, deadLetters: arrived });
  for (const deadLetter of deadLetters) {
    const { status } = sizes[Number(deadLetter.key!.slice("call-".length))]!;
    if (status) await deadLetters.mark(deadLetter, status);
  }
  const [metrics, lines] = [createMetrics(), [] as string[]];
  const log = createLog("test", "info", { write: (line) => void lines.push(line) });
  await watchDeadLetters({ deadLetters, maxBytes: 1_000, metrics, log, now: () => new Date(NOW) })();
  const { values } = await metrics.discardedDeadLetters.get();
  const counted = Object.fromEntries(values.map(({ labels, value }) => [labels.reason, value]));
  const [waiting] = (await metrics.waitingDeadLetters.get()).values;
  return {
    left: [...deadLetters].map(({ key }) => key).sort(),
    counted,
    lines: lines.map((line) => JSON.parse(line)),
    waiting: waiting!.value,
  };
}

test("waiting dead letters that are deleted because of their age are counted and logged as errors", async () => {
  const { left, counted, lines, waiting } = await lookAt([
    { bytes: 10, days: 31 },
    { bytes: 10, days: 29 },
  ]);
  expect([left, counted, waiting]).toEqual([["call-1"], { age: 1 }, 1]);
  expect(lines).toMatchObject([{ level: "error", reason: "age", count: 1 }]);
});

test("above the limit of bytes the oldest waiting dead letters are deleted, counted and logged as errors", async () => {
  const { left, counted, lines } = await lookAt([
    { bytes: 600, days: 3 },
    { bytes: 600, days: 2 },
    { bytes: 300, days: 1 },
  ]);
  expect([left, counted]).toEqual([["call-1", "call-2"], { bytes: 1 }]);
  expect(lines).toMatchObject([{ level: "error", reason: "bytes", count: 1 }]);
});

test("redriven dead letters are deleted first, and are not logged as an error", async () => {
  const { left, counted, lines } = await lookAt([
    { bytes: 600, days: 3 },
    { bytes: 600, days: 2, status: "redriven" },
  ]);
  expect([left, counted]).toEqual([["call-0"], {}]);
  expect(lines).toMatchObject([{ level: "info", reason: "bytes", count: 1 }]);
});
