import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { adviseOn, createTally, formatSummary, percentile } from "./summary.ts";

describe("the summary", () => {
  test("answers are counted by status, with their latencies", () => {
    const tally = createTally();
    for (let latencyMs = 1; latencyMs <= 100; latencyMs += 1) tally.add({ status: 200, latencyMs });
    tally.add({ status: "ECONNREFUSED", latencyMs: 2 });
    expect(tally.count()).toBe(101);
    expect(tally.rows()[0]).toEqual({ status: "200", count: 100, p50: 50, p90: 90, p99: 99, max: 100 });
    expect(formatSummary(tally.rows())).toMatch(
      /200 +100 +50\.0 +90\.0 +99\.0 +100\.0\nECONNREFUSED +1 +2\.0/,
    );
  });

  test("a percentile is one of the values, and at least its share of all values is not above it", () => {
    const values = fc.array(fc.double({ noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (any, share) => {
        const sorted = any.toSorted((one, other) => one - other);
        const found = percentile(sorted, share);
        expect(sorted.filter((value) => value <= found).length).toBeGreaterThanOrEqual(share * sorted.length);
      }),
    );
  });

  test("the summary gives advice for every answer except 200, and none if all are 200", () => {
    expect(adviseOn(["200"], "http://x")).toEqual([]);
    expect(adviseOn(["200", "ECONNREFUSED", "503"], "http://x").join()).toMatch(
      /npx -y pnpm start.*503: .*again/,
    );
  });
});
