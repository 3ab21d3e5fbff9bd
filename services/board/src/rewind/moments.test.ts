import { describe, expect, test } from "@jest/globals";
import { dayOf, localOf, momentOf } from "./moments.ts";

const HOUR_MS = 3_600_000;

describe("a moment in the account's zone", () => {
  test.each([
    ["America/Sao_Paulo", "2026-11-24T13:42:07Z", "2026-11-24T10:42:07"],
    ["America/Sao_Paulo", "2026-11-24T02:00:00Z", "2026-11-23T23:00:00"],
    ["Europe/Lisbon", "2026-07-01T23:30:00Z", "2026-07-02T00:30:00"],
    ["Asia/Kolkata", "2026-01-01T00:00:00Z", "2026-01-01T05:30:00"],
  ])("in %s %s is %s, and back", (zone, utc, local) => {
    expect(localOf(Date.parse(utc), zone)).toBe(local);
    expect(momentOf(local, zone)).toBe(Date.parse(utc));
  });

  test.each(["", "yesterday", "2026-11-24T10:61:00"])("%j is none", (text) =>
    expect(momentOf(text, "America/Sao_Paulo")).toBeNull(),
  );

  test("is in a day of 24 hours, of 23 if summer time begins and of 25 if it ends", () => {
    const hours = (utc: string, zone: string) => {
      const { from, to } = dayOf(Date.parse(utc), zone);
      expect(from).toBeLessThanOrEqual(Date.parse(utc));
      expect(to).toBeGreaterThan(Date.parse(utc));
      return (to - from) / HOUR_MS;
    };
    expect(hours("2026-11-24T13:42:07Z", "America/Sao_Paulo")).toBe(24);
    expect(hours("2026-11-25T02:59:59.999Z", "America/Sao_Paulo")).toBe(24);
    // the clocks change at midnight, as in Brazil until 2019
    expect(hours("2018-11-04T12:00:00Z", "America/Sao_Paulo")).toBe(23);
    expect(hours("2019-02-16T12:00:00Z", "America/Sao_Paulo")).toBe(25);
    expect(hours("2026-03-29T12:00:00Z", "Europe/Lisbon")).toBe(23);
    expect(hours("2026-10-25T12:00:00Z", "Europe/Lisbon")).toBe(25);
  });

  test("at the border of two days is the first of the next day", () => {
    const { from, to } = dayOf(Date.parse("2026-11-24T13:42:07Z"), "America/Sao_Paulo");
    expect(new Date(from).toJSON()).toBe("2026-11-24T03:00:00.000Z");
    expect(dayOf(to, "America/Sao_Paulo").from).toBe(to);
    expect(dayOf(to - 1, "America/Sao_Paulo").from).toBe(from);
  });
});
