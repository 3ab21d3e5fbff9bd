import { expect, test } from "@jest/globals";
import { startOfDay } from "./zone.ts";

test.each([
  ["America/Sao_Paulo", "2026-11-25T02:59:59.999Z", "2026-11-24T03:00:00.000Z"],
  ["America/Sao_Paulo", "2026-11-25T03:00:00.000Z", "2026-11-25T03:00:00.000Z"],
  ["America/Sao_Paulo", "2026-11-26T02:00:00.000Z", "2026-11-25T03:00:00.000Z"],
  ["UTC", "2026-11-25T23:59:59.000Z", "2026-11-25T00:00:00.000Z"],
  ["Asia/Kathmandu", "2026-11-25T12:00:00.000Z", "2026-11-24T18:15:00.000Z"],
  // summer time began at midnight: the day has no midnight, and 23 hours
  ["America/Sao_Paulo", "2018-11-04T12:00:00.000Z", "2018-11-04T03:00:00.000Z"],
  // and ended at midnight: the day before has 25 hours
  ["America/Sao_Paulo", "2019-02-17T02:30:00.000Z", "2019-02-16T02:00:00.000Z"],
  ["America/Sao_Paulo", "2019-02-17T03:00:00.000Z", "2019-02-17T03:00:00.000Z"],
  ["America/Sao_Paulo", "2018-02-18T02:30:00.000Z", "2018-02-17T02:00:00.000Z"],
  ["America/Sao_Paulo", "2018-02-18T12:00:00.000Z", "2018-02-18T03:00:00.000Z"],
  // Brazil's other zones
  ["America/Noronha", "2026-11-25T12:00:00.000Z", "2026-11-25T02:00:00.000Z"],
  ["America/Manaus", "2026-11-25T12:00:00.000Z", "2026-11-25T04:00:00.000Z"],
  ["America/Rio_Branco", "2026-11-25T12:00:00.000Z", "2026-11-25T05:00:00.000Z"],
  // it ends in the small hours: 25 hours
  ["Europe/Berlin", "2026-10-25T22:59:00.000Z", "2026-10-24T22:00:00.000Z"],
])("in %s at %s the day began at %s", (zone, now, began) => {
  expect(startOfDay(new Date(now), zone).toISOString()).toBe(began);
});

test("a zone that does not exist is refused", () => {
  expect(() => startOfDay(new Date(), "America/Sampa")).toThrow(RangeError);
});
