import { expect, test } from "@jest/globals";
import { isPeriodChoice, type PeriodChoice, periodOf } from "./periods.ts";

const SAO_PAULO = "America/Sao_Paulo";
const NOW = new Date("2026-11-25T02:30:00Z");
const iso = (moment: Date | undefined) => moment?.toISOString().slice(0, 16) ?? null;
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

test("the last half hour has no end, the period of all calls has no limits, and typed times are in the account's zone", () => {
  expect(periodIn("last30")).toEqual(["2026-11-25T02:00", null]);
  expect(periodIn("all")).toEqual([null, null]);
  expect(periodIn({ from: "2026-11-20T08:00", to: "2026-11-20T18:30" })).toEqual([
    "2026-11-20T11:00",
    "2026-11-20T21:30",
  ]);
});

test("a day of 25 hours is one day", () => {
  const { since, until } = periodOf("yesterday", new Date("2026-10-26T12:00:00Z"), "Europe/Berlin");
  expect((until!.getTime() - since!.getTime()) / 3_600_000).toBe(25);
});

test("typed times are a period only if the beginning is before the end", () => {
  expect(isPeriodChoice("2026-11-25T10:00", "2026-11-25T10:01")).toBe(true);
  expect(isPeriodChoice("2026-11-25T10:00", "2026-11-25T10:00")).toBe(false);
  expect(isPeriodChoice("2026-11-25T10:00", "")).toBe(false);
});
