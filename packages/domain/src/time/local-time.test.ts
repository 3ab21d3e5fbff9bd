import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { createReadLocalTime } from "./local-time.ts";

/** Milliseconds of a date and time as if its zone were UTC. */
const wall = (text: string) => Date.parse(`${text}Z`);

describe("a local time is the moment that a clock of the zone showed it", () => {
  test.each([
    ["UTC", "2026-03-01T12:00:00", "2026-03-01T12:00:00Z"],
    ["America/Sao_Paulo", "2026-03-01T12:00:00", "2026-03-01T15:00:00Z"],
    ["America/Sao_Paulo", "2019-01-01T00:00:00.123", "2019-01-01T02:00:00.123Z"],
    ["Asia/Kathmandu", "2026-03-01T12:00:00", "2026-03-01T06:15:00Z"],
    ["Pacific/Kiritimati", "2026-03-01T00:30:00", "2026-02-28T10:30:00Z"],
    ["Etc/GMT+12", "2026-03-01T23:30:00", "2026-03-02T11:30:00Z"],
    ["-03:00", "2026-03-01T12:00:00", "2026-03-01T15:00:00Z"],
  ])("in %s %s is %s", (zone, local, utc) => {
    expect(createReadLocalTime(zone)(wall(local))).toBe(Date.parse(utc));
  });
});

describe("a local time that does not exist is read as if the clock had not been put forward", () => {
  test.each([
    ["America/New_York", "2026-03-08T01:59:59.999", "2026-03-08T06:59:59.999Z"],
    ["America/New_York", "2026-03-08T02:00:00", "2026-03-08T07:00:00Z"],
    ["America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z"],
    ["America/New_York", "2026-03-08T03:00:00", "2026-03-08T07:00:00Z"],
    ["America/Sao_Paulo", "2018-11-04T00:30:00", "2018-11-04T03:30:00Z"],
    ["America/Sao_Paulo", "2018-11-04T01:00:00", "2018-11-04T03:00:00Z"],
    // half an hour, and a change that is not at a full hour
    ["Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00Z"],
    ["America/St_Johns", "2010-03-14T00:30:00", "2010-03-14T04:00:00Z"],
    ["America/St_Johns", "2010-03-14T00:00:59", "2010-03-14T03:30:59Z"],
    ["America/St_Johns", "2010-03-14T01:01:00", "2010-03-14T03:31:00Z"],
    // Samoa crossed the date line: the 30th of December did not exist
    ["Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z"],
    ["Pacific/Apia", "2011-12-31T00:00:00", "2011-12-30T10:00:00Z"],
  ])("in %s %s is %s", (zone, local, utc) => {
    expect(new Date(createReadLocalTime(zone)(wall(local)))).toEqual(new Date(utc));
  });
});

describe("a local time that exists twice is the first of the two", () => {
  test.each([
    ["America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z"],
    ["America/New_York", "2026-11-01T02:00:00", "2026-11-01T07:00:00Z"],
    ["America/Sao_Paulo", "2019-02-16T23:30:00", "2019-02-17T01:30:00Z"],
    ["America/Sao_Paulo", "2019-02-17T00:00:00", "2019-02-17T03:00:00Z"],
    ["Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z"],
    ["America/St_Johns", "2010-11-06T23:01:00", "2010-11-07T01:31:00Z"],
  ])("in %s %s is %s", (zone, local, utc) => {
    expect(new Date(createReadLocalTime(zone)(wall(local)))).toEqual(new Date(utc));
  });
});

test("a zone that does not exist is refused", () => {
  expect(() => createReadLocalTime("America/Sampa")).toThrow(RangeError);
});

const QUARTER_MS = 15 * 60_000;

/** A second reading by Intl alone: every offset is tried, and kept if a clock of the zone shows the local time. */
function momentsThatShow(local: number, zone: string): number[] {
  const format = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
  });
  const clock = (ms: number) => {
    const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    return wall(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`);
  };
  const offsets = Array.from({ length: 26 * 4 + 1 }, (_, n) => n * QUARTER_MS - 12 * 3_600_000);
  return offsets
    .map((offset) => local - offset)
    .filter((ms) => clock(ms) === local)
    .sort((one, other) => one - other);
}

const zones = Intl.supportedValuesOf("timeZone");
/** Hours around which clocks are changed somewhere. */
const seasons = ["03-08", "03-29", "11-01", "10-25", "10-04", "04-05", "02-17", "11-04"];

/** A local second of the years 2000 to 2100, more often than not near a change of the clock. */
const localTime = fc.oneof(
  fc.integer({ min: Date.UTC(2000, 0, 1) / 1_000, max: Date.UTC(2100, 11, 31) / 1_000 }),
  fc
    .tuple(fc.integer({ min: 2000, max: 2037 }), fc.constantFrom(...seasons), fc.integer({ min: -8, max: 8 }))
    .chain(([year, day, days]) =>
      fc.nat(86_399).map((second) => wall(`${year}-${day}T00:00:00`) / 1_000 + days * 86_400 + second),
    ),
);

test("in every zone a local time is the first moment that Intl shows by it", () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), localTime, (zone, seconds) => {
      const local = seconds * 1_000;
      const [first] = momentsThatShow(local, zone);
      // nothing shows a time that does not exist: the examples above have it
      if (first !== undefined) expect(createReadLocalTime(zone)(local)).toBe(first);
    }),
    { numRuns: runs(300) },
  );
});

test("a reader that is used on and on reads as a new one does", () => {
  const read = createReadLocalTime("America/St_Johns");
  const hours = fc.array(fc.integer({ min: -26, max: 26 }).map((hour) => hour * 1_800_000 + 60_000));
  const changes = fc.constantFrom(wall("2010-03-14T00:00:00"), wall("2010-11-06T23:00:00"));
  fc.assert(
    fc.property(changes, hours, (change, offsets) => {
      for (const offset of offsets)
        expect(read(change + offset)).toBe(createReadLocalTime("America/St_Johns")(change + offset));
    }),
    { numRuns: runs(50) },
  );
});
