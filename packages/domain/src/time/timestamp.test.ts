import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { createReadOccurrence, createReadTimestamp, readOccurrence, readTimestamp } from "./timestamp.ts";

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
])("%p is not a timestamp", (value) => {
  expect(readTimestamp(value)).toBeNull();
});

test("every millisecond of the years 2000 to 2100 is read as it was written", () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 11, 31) }), (ms) => {
      expect(readTimestamp(new Date(ms).toISOString())).toEqual({ ms, whole: false });
    }),
  );
});

test("a stamp more than a day after the reception of the event is read as null", () => {
  const received = new Date("2026-01-01T00:00:00Z");
  expect(readOccurrence("2026-01-02T00:00:00Z", received)).not.toBeNull();
  expect(readOccurrence("2026-01-02T00:00:01Z", received)).toBeNull();
});

test.each([
  ["2026-03-01T12:00:00", Date.UTC(2026, 2, 1, 15), true],
  ["2026-03-01 12:00:00.5", Date.UTC(2026, 2, 1, 15, 0, 0, 500), false],
  // summer time, which Brazil had until 2019
  ["2019-01-01T12:00:00", Date.UTC(2019, 0, 1, 14), true],
])("%s without a zone is a local time of the sender's zone", (value, ms, whole) => {
  expect(createReadTimestamp("America/Sao_Paulo")(value)).toEqual({ ms, whole });
});

test.each([
  "2026-03-01T12:00:00Z",
  "2026-03-01t12:00:00z",
  "2026-03-01T12:00:00+00:00",
  "2026-03-01T12:00:00-0500",
  "2026-03-01T12:00:00+05",
  "1539855333",
  1_539_855_333,
  "1574000000000",
  "2019-02-30T00:00:00",
  "yesterday",
])("%s does not depend on the sender's zone", (value) => {
  for (const zone of ["America/Sao_Paulo", "Asia/Tokyo", "Pacific/Kiritimati"])
    expect(createReadTimestamp(zone)(value)).toEqual(readTimestamp(value));
});

test("a stamp without a zone is compared with the reception as a moment of the sender's zone", () => {
  const received = new Date("2026-01-01T00:00:00Z");
  const read = createReadOccurrence("America/Sao_Paulo");
  expect(read("2026-01-01T21:00:00", received)).toEqual({ ms: Date.UTC(2026, 0, 2), whole: true });
  expect(read("2026-01-01T21:00:01", received)).toBeNull();
});
