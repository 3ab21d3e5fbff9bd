import { expect, test } from "@jest/globals";
import { byUrgency, urgencyOf } from "./urgency.ts";

test("a wait is near from three quarters of the promise on, and over after the promise", () => {
  expect([14_999, 15_000, 20_000, 20_001].map((waited) => urgencyOf(waited, 20_000))).toEqual([
    "calm",
    "near",
    "near",
    "over",
  ]);
});

test("the queue that exceeds its promise most comes first, queues without a wait come last", () => {
  const queue = (name: string, waitedMs: number | null, serviceLevelMs: number, waiting = 1) => ({
    name,
    serviceLevelMs,
    waiting: waitedMs === null ? 0 : waiting,
    waiting_since: waitedMs === null ? null : new Date(100_000 - waitedMs).toISOString(),
  });
  const queues = [
    queue("empty", null, 10_000),
    queue("patient", 50_000, 100_000),
    queue("late", 30_000, 10_000),
    queue("as late, and more", 30_000, 10_000, 2),
  ];
  expect(queues.sort(byUrgency(100_000)).map(({ name }) => name)).toEqual([
    "as late, and more",
    "late",
    "patient",
    "empty",
  ]);
});
