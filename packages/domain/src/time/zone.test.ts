import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { createReadLocalTime, dayOf, firstMomentOf, isoTimeOf, localTimeOf, startOfDay } from "./zone.ts";

/** Milliseconds of a date and time as if its zone were UTC. */
const wall = (text: string) => Date.parse(`${text}Z`);

describe("a local time is read as the moment at which a clock of the zone showed it", () => {
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

describe("a local time that exists twice is read as the first of the two", () => {
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

test("a reader of a zone that does not exist is refused", () => {
  expect(() => createReadLocalTime("America/Sampa")).toThrow(RangeError);
});

const QUARTER_MS = 15 * 60_000;

/**
 * Reads a local time by Intl alone, for comparison. It tries every offset, and keeps those with which a clock of the
 * zone shows the local time.
 */
function momentsThatShow(local: number, zone: string): number[] {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
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

test("in every zone a local time is read as the first moment for which Intl shows it", () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), localTime, (zone, seconds) => {
      const local = seconds * 1_000;
      const [first] = momentsThatShow(local, zone);
      // no clock shows a time that does not exist: the examples above cover this case
      if (first !== undefined) expect(createReadLocalTime(zone)(local)).toBe(first);
    }),
    { numRuns: runs(300) },
  );
});

test("a reader that has read many local times reads the same as a new one", () => {
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

test.each([
  ["America/Sao_Paulo", "2026-11-25T02:59:59.999Z", "2026-11-24T03:00:00.000Z"],
  ["America/Sao_Paulo", "2026-11-25T03:00:00.000Z", "2026-11-25T03:00:00.000Z"],
  ["America/Sao_Paulo", "2026-11-26T02:00:00.000Z", "2026-11-25T03:00:00.000Z"],
  ["UTC", "2026-11-25T23:59:59.000Z", "2026-11-25T00:00:00.000Z"],
  ["Asia/Kathmandu", "2026-11-25T12:00:00.000Z", "2026-11-24T18:15:00.000Z"],
  // summer time began at midnight: the day has no midnight, and 23 hours
  ["America/Sao_Paulo", "2018-11-04T12:00:00.000Z", "2018-11-04T03:00:00.000Z"],
  // summer time ended at midnight: the day before has 25 hours
  ["America/Sao_Paulo", "2019-02-17T02:30:00.000Z", "2019-02-16T02:00:00.000Z"],
  ["America/Sao_Paulo", "2019-02-17T03:00:00.000Z", "2019-02-17T03:00:00.000Z"],
  ["America/Sao_Paulo", "2018-02-18T02:30:00.000Z", "2018-02-17T02:00:00.000Z"],
  ["America/Sao_Paulo", "2018-02-18T12:00:00.000Z", "2018-02-18T03:00:00.000Z"],
  // Brazil's other zones
  ["America/Noronha", "2026-11-25T12:00:00.000Z", "2026-11-25T02:00:00.000Z"],
  ["America/Manaus", "2026-11-25T12:00:00.000Z", "2026-11-25T04:00:00.000Z"],
  ["America/Rio_Branco", "2026-11-25T12:00:00.000Z", "2026-11-25T05:00:00.000Z"],
  // summer time ends in the small hours: the day has 25 hours
  ["Europe/Berlin", "2026-10-25T22:59:00.000Z", "2026-10-24T22:00:00.000Z"],
])("in %s at %s the day began at %s", (zone, now, began) => {
  expect(startOfDay(new Date(now), zone).toISOString()).toBe(began);
});

test("a zone that does not exist is refused", () => {
  expect(() => startOfDay(new Date(), "America/Sampa")).toThrow(RangeError);
});

/** The first day of each is a usual one; summer time begins in the second and ends in the third. */
const PLACES = [
  {
    zone: "America/Sao_Paulo",
    usual: "2026-11-24T13:42:07Z",
    begins: "2018-11-04T12:00:00Z",
    ends: "2019-02-16T12:00:00Z",
  },
  {
    zone: "Europe/Lisbon",
    usual: "2026-11-24T13:42:07Z",
    begins: "2026-03-29T12:00:00Z",
    ends: "2026-10-25T12:00:00Z",
  },
];

test.each(PLACES)("a day in $zone has 24 hours, 23 if summer time begins in it, 25 if it ends", (place) => {
  const hours = (utc: string) => {
    const { from, to } = dayOf(new Date(utc), place.zone);
    expect(from <= new Date(utc) && new Date(utc) < to).toBe(true);
    return (to.getTime() - from.getTime()) / 3_600_000;
  };
  expect([hours(place.usual), hours(place.begins), hours(place.ends)]).toEqual([24, 23, 25]);
});

test("the end of a day is the start of the next one", () => {
  const { from, to } = dayOf(new Date("2026-11-24T13:42:07Z"), "America/Sao_Paulo");
  expect(from).toEqual(new Date("2026-11-24T03:00:00.000Z"));
  expect(dayOf(to, "America/Sao_Paulo").from).toEqual(to);
  expect(dayOf(new Date(to.getTime() - 1), "America/Sao_Paulo").from).toEqual(from);
});

test("days before are counted on the calendar, across changes of the clock", () => {
  const now = new Date("2026-10-26T12:00:00Z");
  expect([0, 1, 2].map((days) => startOfDay(now, "Europe/Berlin", days).toISOString())).toEqual([
    "2026-10-25T23:00:00.000Z",
    "2026-10-24T22:00:00.000Z",
    "2026-10-23T22:00:00.000Z",
  ]);
});

test("a day begins with the first moment of its date, in every zone", () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), localTime, (zone, seconds) => {
      const at = new Date(seconds * 1_000);
      const date = (ms: number) => localTimeOf(ms, zone).slice(0, 10);
      const began = startOfDay(at, zone).getTime();
      expect(date(began)).toBe(date(at.getTime()));
      expect(date(began - 1)).not.toBe(date(at.getTime()));
    }),
    { numRuns: runs(100) },
  );
});

test.each([
  ["2026-11-25T10:00", "Asia/Kathmandu", "2026-11-25T04:15:00.000Z"],
  ["2026-11-24T10:42:07", "America/Sao_Paulo", "2026-11-24T13:42:07.000Z"],
  // the clock jumps from 00:00 to 01:00
  ["2018-11-04T00:00", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z"],
  ["2018-11-04T00:30", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z"],
  ["2018-11-04T01:00", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z"],
  ["2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:00:00.000Z"],
  ["2026-03-29T03:30", "Europe/Berlin", "2026-03-29T01:30:00.000Z"],
  // the clock shows these twice
  ["2018-02-17T23:30", "America/Sao_Paulo", "2018-02-18T01:30:00.000Z"],
  ["2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z"],
])("the first moment that shows %s or later in %s is %s", (local, zone, utc) => {
  expect(new Date(firstMomentOf(local, zone)!).toISOString()).toBe(utc);
});

test.each(["", "now", "2026-11-25", "2026-13-01T00:00", "2026-11-24T10:61:00", "2026-11-25T10:00Z"])(
  "%j is not a local time",
  (text) => expect(firstMomentOf(text, "America/Sao_Paulo")).toBeNull(),
);

test.each([
  ["America/Sao_Paulo", "2026-11-24T13:42:07.123Z", "2026-11-24T10:42:07.123-03:00"],
  ["America/Sao_Paulo", "2026-11-25T03:00:30Z", "2026-11-25T00:00:30.000-03:00"],
  ["Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01T05:45:00.000+05:45"],
  ["Asia/Kathmandu", "2026-11-25T13:42:07.005Z", "2026-11-25T19:27:07.005+05:45"],
  ["Asia/Kolkata", "2026-01-01T00:00:00Z", "2026-01-01T05:30:00.000+05:30"],
  ["America/St_Johns", "2026-01-01T00:00:00Z", "2025-12-31T20:30:00.000-03:30"],
  ["Europe/Lisbon", "2026-07-01T23:30:00Z", "2026-07-02T00:30:00.000+01:00"],
  ["UTC", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000+00:00"],
])("in %s the moment %s is written %s", (zone, utc, iso) => {
  expect(isoTimeOf(Date.parse(utc), zone)).toBe(iso);
  expect(localTimeOf(Date.parse(utc), zone)).toBe(iso.slice(0, 23));
  expect(Date.parse(iso)).toBe(Date.parse(utc));
});
