import { expect, test } from "@jest/globals";
import { sampleCall } from "../../../testing/sample-call.ts";
import { isPeriodChoice, isWithin, localTime, type PeriodChoice, periodOf, wallClock } from "./periods.ts";

const SAO_PAULO = "America/Sao_Paulo";
const NOW = Date.parse("2026-11-25T02:30:00Z");
const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString().slice(0, 16));
const periodIn = (choice: PeriodChoice, zone = SAO_PAULO) => {
  const { since, until } = periodOf(choice, NOW, zone);
  return [iso(since), iso(until)];
};

test("days are calendar days of the account, not of the browser", () => {
  // 23:30 of the 24th in São Paulo
  expect(periodIn("today")).toEqual(["2026-11-24T03:00", null]);
  expect(periodIn("yesterday")).toEqual(["2026-11-23T03:00", "2026-11-24T03:00"]);
  expect(periodIn("last7")).toEqual(["2026-11-18T03:00", null]);
  expect(periodIn("today", "UTC")).toEqual(["2026-11-25T00:00", null]);
});

test("half an hour ends now, all calls have no end, and typed times are in the account's zone", () => {
  expect(periodIn("last30")).toEqual(["2026-11-25T02:00", null]);
  expect(periodIn("all")).toEqual([null, null]);
  expect(periodIn({ from: "2026-11-20T08:00", to: "2026-11-20T18:30" })).toEqual([
    "2026-11-20T11:00",
    "2026-11-20T21:30",
  ]);
});

test.each([
  ["2026-11-25T10:00", "Asia/Kathmandu", "2026-11-25T04:15"],
  // clocks jump from 00:00 to 01:00: the day begins at 01:00
  ["2018-11-04T00:00", SAO_PAULO, "2018-11-04T03:00"],
  ["2018-11-04T01:00", SAO_PAULO, "2018-11-04T03:00"],
  // 23:30 occurs twice
  ["2018-02-17T23:30", SAO_PAULO, "2018-02-18T01:30"],
  ["2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:00"],
  ["2026-03-29T03:30", "Europe/Berlin", "2026-03-29T01:30"],
  ["2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30"],
])("%s in %s is %s of UTC", (text, zone, expected) => expect(iso(localTime(text, zone))).toBe(expected));

test.each(["", "2026-11-25", "2026-13-01T00:00", "2026-11-25T10:00:00", "2026-11-25T10:00Z", "now"])(
  "%j is no time of a wall clock",
  (text) => expect(localTime(text, SAO_PAULO)).toBeNull(),
);

test("a day of 25 hours is one day", () => {
  const { since, until } = periodOf("yesterday", Date.parse("2026-10-26T12:00:00Z"), "Europe/Berlin");
  expect((until! - since!) / 3_600_000).toBe(25);
});

test("typed times need a beginning before the end", () => {
  expect(isPeriodChoice("2026-11-25T10:00", "2026-11-25T10:01")).toBe(true);
  expect(isPeriodChoice("2026-11-25T10:00", "2026-11-25T10:00")).toBe(false);
  expect(isPeriodChoice("2026-11-25T10:00", "")).toBe(false);
});

test("a call is in a period if it began in it; the time of its delivery does not matter", () => {
  const call = sampleCall({ began_at: "2026-11-25T10:00:00.000Z", created_at: "2026-11-26T10:00:00.000Z" });
  const at = (text: string) => Date.parse(`2026-11-25T${text}.000Z`);
  expect(isWithin(call, { since: at("10:00:00"), until: null })).toBe(true);
  expect(isWithin(call, { since: at("10:00:01"), until: null })).toBe(false);
  expect(isWithin(call, { since: null, until: at("10:00:00") })).toBe(false);
  expect(isWithin(call, { since: null, until: at("10:00:01") })).toBe(true);
});

test("the wall clock shows midnight as 00:00", () => {
  expect(wallClock(Date.parse("2026-11-25T03:00:30Z"), SAO_PAULO)).toBe("2026-11-25T00:00");
});
