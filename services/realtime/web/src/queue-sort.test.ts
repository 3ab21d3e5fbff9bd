import { expect, test } from "@jest/globals";
import { BY_QUEUE, COLUMNS, orderAfter, sortQueues } from "./queue-sort.ts";
import type { QueueRow } from "./reports.ts";

const none: QueueRow = {
  ...{
    queue: null,
    name: null,
    serviceLevelMs: 20_000,
    shortAbandonMs: 5_000,
    waiting: 0,
    waiting_since: null,
  },
  ...{ offered: 0, answered: 0, abandoned: 0, short: 0, overflowed: 0, service_level: null },
  ...{ mean_wait_ms: null, p90_wait_ms: null, mean_talk_ms: null },
};
const rows: QueueRow[] = [
  { ...none, queue: "900", offered: 5, service_level: 0.5, waiting_since: "2026-01-01T10:00:00Z" },
  { ...none, queue: "901", offered: 9 },
  { ...none, queue: "902", offered: 5, service_level: 0.9, waiting_since: "2026-01-01T09:00:00Z" },
];
const sorted = (by: Parameters<typeof orderAfter>[1], descending: boolean) =>
  sortQueues(rows, { by, descending }).map(({ queue }) => queue);

test("queues are sorted by a number either way, equals in the order of their names", () => {
  expect(sorted("offered", true)).toEqual(["901", "900", "902"]);
  expect(sorted("offered", false)).toEqual(["900", "902", "901"]);
  expect(sorted("queue", false)).toEqual(["900", "901", "902"]);
  expect(sorted("queue", true)).toEqual(["902", "901", "900"]);
});

test("a queue without that number comes last either way", () => {
  expect(sorted("service_level", true)).toEqual(["902", "900", "901"]);
  expect(sorted("service_level", false)).toEqual(["900", "902", "901"]);
});

test("the longest wait is the largest", () => {
  expect(sorted("waiting_since", true)).toEqual(["902", "900", "901"]);
});

test("a column begins with the largest, and is turned round when it is chosen again", () => {
  const once = orderAfter(BY_QUEUE, "abandoned");
  expect(once).toEqual({ by: "abandoned", descending: true });
  expect(orderAfter(once, "abandoned")).toEqual({ by: "abandoned", descending: false });
  expect(orderAfter(once, "queue")).toEqual(BY_QUEUE);
});

test("every column can be sorted by", () => {
  for (const by of COLUMNS) expect(sorted(by, true)).toHaveLength(3);
});
