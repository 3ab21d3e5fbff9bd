import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { readOccurrence, readTimestamp } from "./timestamp.ts";

test.each([
  ["2017-01-01T00:00:00Z", Date.UTC(2017, 0, 1), true],
  ["2019-10-15T00:30:26.123Z", Date.UTC(2019, 9, 15, 0, 30, 26, 123), false],
  ["2019-10-15T00:30:26.000Z", Date.UTC(2019, 9, 15, 0, 30, 26), false],
  ["2019-10-15T00:30:26.5", Date.UTC(2019, 9, 15, 0, 30, 26, 500), false],
  ["2019-10-15T00:30:26.123987Z", Date.UTC(2019, 9, 15, 0, 30, 26, 123), false],
  ["2019-10-15T00:30:26", Date.UTC(2019, 9, 15, 0, 30, 26), true],
  ["2019-10-14T21:30:26-03:00", Date.UTC(2019, 9, 15, 0, 30, 26), true],
  ["2019-10-15T06:00:26+0530", Date.UTC(2019, 9, 15, 0, 30, 26), true],
  ["1539855333", 1_539_855_333_000, true],
  [1_539_855_333, 1_539_855_333_000, true],
  ["1574000000000", 1_574_000_000_000, false],
  [1_574_000_000_000, 1_574_000_000_000, false],
  ["2100-12-31T23:59:59Z", Date.UTC(2100, 11, 31, 23, 59, 59), true],
])("%s is read", (value, ms, whole) => {
  expect(readTimestamp(value)).toEqual({ ms, whole });
});

test.each([
  "",
  "now",
  "2019-10-15",
  "2019-02-30T00:00:00Z",
  "2019-13-01T00:00:00Z",
  "2019-10-15T24:00:00Z",
  "2019-10-15T00:60:00Z",
  "2019-10-15T00:30:60Z",
  "2019-10-15T00:30:26+25:00",
  "1999-12-31T23:59:59Z",
  "2101-01-01T00:00:00Z",
  "153985533",
  "15398553330",
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  null,
  undefined,
  true,
  {},
  [1539855333],
])("%p is no timestamp", (value) => {
  expect(readTimestamp(value)).toBeNull();
});

test("every millisecond of the years 2000 to 2100 comes back as it was written", () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 11, 31) }), (ms) => {
      expect(readTimestamp(new Date(ms).toISOString())).toEqual({ ms, whole: false });
    }),
  );
});

test("a stamp more than a day after the event was received is none", () => {
  const received = new Date("2026-01-01T00:00:00Z");
  expect(readOccurrence("2026-01-02T00:00:00Z", received)).not.toBeNull();
  expect(readOccurrence("2026-01-02T00:00:01Z", received)).toBeNull();
});
