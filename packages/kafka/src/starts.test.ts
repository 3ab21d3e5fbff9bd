import { expect, test } from "@jest/globals";
import { findStart } from "./starts.ts";

const start = (position: number | null, committed: number | null, low = 0, high = 100) =>
  findStart({ topic: "t", partition: 0, position, committed, low, high });

test("reading goes on at the stored position", () => {
  expect(start(40, 40)).toBe(40);
  expect(start(40, null)).toBe(40);
});

test("a restored backup is filled up from its own position, however far Kafka's is", () => {
  expect(start(40, 90)).toBe(40);
  expect(start(null, 90)).toBe(0);
});

test("what was stored but not committed to Kafka is read again, to be told", () => {
  expect(start(40, 30)).toBe(30);
});

test("nothing is asked for that is no longer in the log", () => {
  expect(start(40, 30, 35)).toBe(35);
  expect(start(40, 40, 60)).toBe(60);
  expect(start(null, null, 60)).toBe(60);
});

test("a position beyond the end of the log is no start", () => {
  expect(start(101, 100)).toBeNull();
  expect(start(100, 100)).toBe(100);
});
