import { expect, test } from "@jest/globals";
import type { QueueDayReport, SliceNumbers } from "@teravoz/protocol/client";
import { NO_TRAFFIC } from "../../testing/sample-queue.ts";
import { awake, chartsOf } from "./day-charts.ts";

const beganAt = Date.UTC(2026, 10, 25, 3);
const slice = (n: number, given: Partial<SliceNumbers> = {}): SliceNumbers => ({
  from: new Date(beganAt + n * 900_000).toISOString(),
  offered: 0,
  answered: 0,
  abandoned: 0,
  short: 0,
  overflowed: 0,
  service_level: null,
  mean_wait_ms: null,
  p90_wait_ms: null,
  mean_talk_ms: null,
  outbound: NO_TRAFFIC,
  internal: NO_TRAFFIC,
  ...given,
});
const day = (slices: SliceNumbers[]): QueueDayReport => ({
  from: slices[0]!.from,
  now: slices[0]!.from,
  zone: "America/Sao_Paulo",
  queue: null,
  slice_ms: 900_000,
  slices,
});
const indexes = (slices: SliceNumbers[]) => slices.map(({ from }) => (Date.parse(from) - beganAt) / 900_000);

test("a day is shown from its first call on, and at least an hour of it", () => {
  const of = (first: number, count: number) =>
    Array.from({ length: count }, (_, n) => slice(n, n === first ? { overflowed: 1 } : {}));
  expect(indexes(awake(of(2, 8)))).toEqual([2, 3, 4, 5, 6, 7]);
  expect(indexes(awake(of(7, 8)))).toEqual([4, 5, 6, 7]);
  expect(indexes(awake(of(-1, 8)))).toEqual([4, 5, 6, 7]);
  expect(indexes(awake(of(-1, 1)))).toEqual([0]);
});

test("the charts leave out only empty slices, so their sums are those of the day", () => {
  const slices = [
    slice(0),
    slice(1, { offered: 2, answered: 1 }),
    slice(2, { abandoned: 3 }),
    slice(3),
    slice(4),
  ];
  const [calls] = chartsOf(day(slices), []);
  const sums = calls!.lines.map(({ name, values }) => [name, values.reduce((all, one) => all! + one!, 0)]);
  expect(Object.fromEntries(sums)).toEqual({ offered: 2, answered: 1, abandoned: 3 });
});

test("the bar of abandoned calls stands on that of answered calls, and the last slice ends after a quarter of an hour", () => {
  const [calls] = chartsOf(day([slice(0, { answered: 4, abandoned: 2 })]), []);
  expect(calls!.lines[2]).toMatchObject({ name: "abandoned", values: [2], tops: [6] });
  expect([calls!.begins, calls!.endsAt]).toEqual([[beganAt], beganAt + 900_000]);
});

test("the promised wait is drawn if all queues have the same", () => {
  const threshold = (...promised: number[]) => chartsOf(day([slice(0)]), promised)[2]!.threshold;
  expect([threshold(20_000, 20_000), threshold(20_000, 40_000), threshold()]).toEqual([20_000, null, null]);
});
