import { expect, test } from "@jest/globals";
import { chooseOnly, countRows } from "../faults.ts";
import { killedServices } from "../nemesis/of-services.ts";
import { planStrikes } from "../nemesis/plan.ts";
import { quickCampaigns } from "./quick.ts";
import { findUnstruck, isFine, type Result } from "./result.ts";
import { countKillPoints, formatCampaigns, formatKnownBad, formatTable, formatTimes } from "./table.ts";

const result = (sample: Partial<Result>): Result => ({
  campaign: "services",
  seed: 1,
  began: "2026-11-23T00:00:00Z",
  seconds: 60,
  phases: [
    { name: "open", ms: 6_000, busy: 0.9 },
    { name: "strike", ms: 54_000, busy: 0.5 },
  ],
  struck: [{ fault: "ingest killed", recoverMs: 2_000 }],
  planned: { "ingest killed": 1 },
  cutShort: null,
  acknowledged: 1_000,
  requests: 1_100,
  quietMs: 5_000,
  notified: { p99: 210, count: 1_234 },
  slowestMs: 700,
  missing: 0,
  doubled: 0,
  stale: 0,
  other: 0,
  violations: [],
  damages: [],
  ...sample,
});

test("the same seed makes the same plan of faults, and another seed makes another plan", () => {
  const lanes = [killedServices.map((fault) => ({ fault, times: 5 }))];
  expect(planStrikes(7, lanes, 500)).toEqual(planStrikes(7, lanes, 500));
  expect(planStrikes(8, lanes, 500)).not.toEqual(planStrikes(7, lanes, 500));
  expect(planStrikes(7, lanes, 500).flat()).toHaveLength(15);
});

test("runs of a fault add up over campaigns, and a strike that did not happen is not counted", () => {
  const struck = [
    { fault: "ingest killed", recoverMs: 4_000 },
    { fault: "ingest killed", recoverMs: null },
  ];
  const table = formatTable([result({}), result({ struck, missing: 2 })]);
  expect(table).toContain("| ingest killed | 2 | 2,000 | 2 missing | 2.0 / 4.0 s |");
  expect(table).toContain("| **all, 2 campaigns** | 2 | 2,000 | 2 missing | |");
});

test("the table of times has the slowest campaign first, with its parts and how busy the machine was", () => {
  const lines = formatTimes([result({ campaign: "links", seconds: 10 }), result({})]).split("\n");
  expect(lines[2]).toBe("| services | 60 s | open 6, strike 54 | 54% |");
  expect(lines[3]).toContain("| links | 10 s |");
  expect(lines.at(-1)).toContain("70 s");
});

test("kills that happened in good builds are counted as kill points, and aimed ones also separately", () => {
  const struck = ["ingest killed", "projector killed in the transaction", "ingest paused"].map((fault) => ({
    fault,
    recoverMs: 1,
  }));
  const missed = { fault: "realtime killed", recoverMs: null };
  const good = result({ struck: [...struck, missed] });
  expect(countKillPoints([good, result({ mustShow: ["missing"] })])).toEqual({ all: 2, aimed: 1 });
});

test("a build known to be bad has a separate table and is left out of the table of faults", () => {
  const bad = result({
    campaign: "known bad: w:1",
    mustShow: ["vanished"],
    damages: ["vanished"],
    missing: 3,
  });
  expect(formatTable([bad])).not.toContain("ingest killed");
  expect(formatKnownBad([bad])).toContain("- w:1: 1,000 acknowledged; 3 missing; found: vanished");
  expect(formatCampaigns([bad, result({})])).toContain(
    "| services | 1 | 60 s | 1 of 1 | 1,000 | 5.0 s | 210 ms | 0.7 s |",
  );
  expect(formatCampaigns([bad])).not.toContain("w:1");
  expect(countRows([bad])).toEqual({ passed: 1, failed: 0 });
  expect(countRows([{ ...bad, damages: [] }])).toEqual({ passed: 0, failed: 1 });
});

test("a row fails if its campaign is red or its fault never happened", () => {
  expect(countRows([result({})])).toEqual({ passed: 1, failed: 0 });
  expect(countRows([result({ damages: ["missing"], violations: ["I1"] })])).toEqual({ passed: 0, failed: 1 });
  expect(countRows([result({ struck: [{ fault: "ingest killed", recoverMs: null }] })])).toEqual({
    passed: 0,
    failed: 1,
  });
});

test("a campaign that struck less often than planned is red, unless its time was over, and then the table says so", () => {
  const planned = { "ingest killed": 3 };
  expect(isFine(result({ planned }))).toBe(false);
  expect(isFine(result({ planned, cutShort: "stopped" }))).toBe(false);
  const late = result({ planned, cutShort: "time limit" });
  expect(isFine(late)).toBe(true);
  expect(formatCampaigns([late])).toContain("| 1 of 3* |");
  expect(isFine({ ...late, struck: [] })).toBe(false);
  expect(findUnstruck(result({ planned }))).toEqual(["ingest killed struck 1 of 3 times"]);
});

test("only the campaigns and faults that are chosen by name run", () => {
  expect(chooseOnly(quickCampaigns, "known bad").every(({ mustShow }) => mustShow)).toBe(true);
  const [chosen, ...more] = chooseOnly(quickCampaigns, "registry killed");
  expect(more).toEqual([]);
  expect(chosen!.lanes.flat().map(({ fault }) => fault.name)).toEqual(["registry killed"]);
  expect(chooseOnly(quickCampaigns, "no such fault")).toEqual([]);
});
