import { expect, test } from "@jest/globals";
import type { QueueRow } from "@teravoz/protocol/client";
import { NO_TRAFFIC, sampleQueue } from "../../testing/sample-queue.ts";
import {
  BY_QUEUE,
  columnsFor,
  INBOUND_COLUMNS,
  numberIn,
  OUTBOUND_COLUMNS,
  orderAfter,
  sortQueues,
} from "./queue-sort.ts";

const none = sampleQueue();
const rows: QueueRow[] = [
  { ...none, queue: "900", offered: 5, service_level: 0.5, waiting_since: "2026-01-01T10:00:00Z" },
  { ...none, queue: "901", offered: 9 },
  { ...none, queue: "902", offered: 5, service_level: 0.9, waiting_since: "2026-01-01T09:00:00Z" },
];
const sorted = (by: Parameters<typeof orderAfter>[1], descending: boolean) =>
  sortQueues(rows, { by, descending }).map(({ queue }) => queue);

test("queues are sorted by a number in either direction, those with equal numbers by name", () => {
  expect(sorted("offered", true)).toEqual(["901", "900", "902"]);
  expect(sorted("offered", false)).toEqual(["900", "902", "901"]);
  expect(sorted("queue", false)).toEqual(["900", "901", "902"]);
  expect(sorted("queue", true)).toEqual(["902", "901", "900"]);
});

test("a queue without a number comes last in either direction", () => {
  expect(sorted("service_level", true)).toEqual(["902", "900", "901"]);
  expect(sorted("service_level", false)).toEqual(["900", "902", "901"]);
});

test("the longest wait counts as the largest number", () => {
  expect(sorted("waiting_since", true)).toEqual(["902", "900", "901"]);
});

test("the first click on a column shows the largest first, a second click reverses the order", () => {
  const once = orderAfter(BY_QUEUE, "abandoned");
  expect(once).toEqual({ by: "abandoned", descending: true });
  expect(orderAfter(once, "abandoned")).toEqual({ by: "abandoned", descending: false });
  expect(orderAfter(once, "queue")).toEqual(BY_QUEUE);
});

test("the columns of outbound calls are shown if there are such calls, and can be sorted like the others", () => {
  const outbound = { placed: 3, connected: 2, dropped: 1, mean_talk_ms: 60_000 };
  expect(columnsFor(none)).toEqual(INBOUND_COLUMNS);
  expect(columnsFor({ ...none, outbound })).toEqual([...INBOUND_COLUMNS, ...OUTBOUND_COLUMNS]);
  expect(OUTBOUND_COLUMNS.map((column) => numberIn(column, { ...none, outbound }))).toEqual([
    3, 2, 1, 60_000,
  ]);
  const two = [
    { ...none, queue: "900", outbound: NO_TRAFFIC },
    { ...none, queue: "901", outbound },
  ];
  for (const by of OUTBOUND_COLUMNS)
    expect(sortQueues(two, { by, descending: true }).map(({ queue }) => queue)).toEqual(["901", "900"]);
});

test("queues can be sorted by every column of inbound calls", () => {
  for (const by of INBOUND_COLUMNS) expect(sorted(by, true)).toHaveLength(3);
});
