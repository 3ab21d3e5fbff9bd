import { expect, test } from "@jest/globals";
import { type Marks, measureLag } from "./backlog.ts";

const place = { topic: "call-events", partition: 3 };
const none: Marks = new Map();
const look = (marks: Marks, at: number, stands: { next: number | null; high: number; low?: number }) => {
  const { lags, marks: next } = measureLag([{ ...place, low: 0, ...stands }], marks, at);
  return { lag: lags[0]!, marks: next };
};

test("the lag is the number of records that are not stored, counted from the log's beginning if none is stored", () => {
  expect(look(none, 0, { next: 7, high: 10 }).lag).toEqual({ ...place, records: 3, waited_ms: 0 });
  expect(look(none, 0, { next: null, low: 4, high: 10 }).lag.records).toBe(6);
  expect(look(none, 0, { next: 10, high: 10 }).lag.records).toBe(0);
});

test("the lag is at least 0 and at most the number of records in the log, even if the log ends before the position or begins after it", () => {
  expect(look(none, 0, { next: 12, high: 10 }).lag.records).toBe(0);
  expect(look(none, 0, { next: 2, low: 5, high: 10 }).lag.records).toBe(5);
});

test("the age grows while nothing is stored, even if more records arrive", () => {
  const first = look(none, 1_000, { next: 7, high: 10 });
  const second = look(first.marks, 5_000, { next: 7, high: 20 });
  expect(second.lag.waited_ms).toBe(4_000);
  expect(look(second.marks, 9_000, { next: 9, high: 20 }).lag.waited_ms).toBe(8_000);
});

test("the age starts again if the records of an earlier measurement are stored, and is 0 if all records are", () => {
  const first = look(none, 1_000, { next: 7, high: 10 });
  const second = look(first.marks, 5_000, { next: 10, high: 20 });
  expect(second.lag).toMatchObject({ records: 10, waited_ms: 0 });
  const third = look(second.marks, 6_000, { next: 20, high: 20 });
  expect(third.lag).toMatchObject({ records: 0, waited_ms: 0 });
  expect(third.marks.size).toBe(0);
});
