import { expect, test } from "@jest/globals";
import { collectTimings, formatTimings } from "./timings.ts";

const suite = (path: string, band: string, seconds: number) => ({
  path,
  band,
  seconds,
  passed: 1,
  failed: 0,
  tests: [],
});
const now = new Date("2026-01-05T12:00:00Z");

test("the time of a band is the sum over its suites, and the starts are counted separately", () => {
  const { bands, starts, wall, date } = collectTimings({
    suites: [suite("a", "unit", 1.25), suite("b", "e2e", 20), suite("c", "unit", 2)],
    starts: [
      { what: "gateway", ms: 1_500 },
      { what: "gateway", ms: 2_500 },
    ],
    wall: 12.34,
    now,
  });
  expect({ bands, starts, wall, date }).toEqual({
    bands: { unit: 3.3, e2e: 20 },
    starts: { stack: { count: 0, seconds: 0 }, gateway: { count: 2, seconds: 4 } },
    wall: 12.3,
    date: "2026-01-05",
  });
});

test("the ten slowest suites are shown, the slowest first", () => {
  const suites = Array.from({ length: 12 }, (_, n) => suite(`suite-${n}`, "unit", n));
  const shown = formatTimings(collectTimings({ suites, starts: [], wall: 1, now }));
  const names = [...shown.matchAll(/suite-(\d+)/g)].map(([, n]) => Number(n));
  expect(names).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
});
