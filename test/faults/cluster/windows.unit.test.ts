import { expect, test } from "@jest/globals";
import type { Operation } from "../checker/history.ts";
import { windowOf } from "./windows.ts";
import { formatWindows } from "./windows-table.ts";

const operation = (t0: number, t1: number, outcome: Operation["outcome"]): Operation => ({
  ...{ op: 0, sha: "", call: "", t0, t1, outcome },
  answer: outcome === "ok" ? 200 : 503,
});

const HISTORY = [
  operation(900, 1_000, "info"),
  operation(1_100, 1_200, "ok"),
  operation(1_200, 6_200, "info"),
  operation(1_300, 6_300, "fail"),
  operation(6_300, 9_500, "info"),
  operation(9_900, 10_100, "ok"),
  operation(10_050, 10_400, "ok"),
  operation(20_000, 20_100, "info"),
];
const SPAN = { from: 1_100, ended: 10_000, to: 12_000 };

test("the refusals of a fault are those that were answered between its strike and the recovery", () => {
  expect(windowOf(HISTORY, SPAN)).toMatchObject({ refused: 2, refusedMs: 3_300 });
});

test("the first 200 after a fault is that of a request which was begun after it", () => {
  expect(windowOf(HISTORY, SPAN).takenAfterMs).toBe(400);
  expect(windowOf(HISTORY, { ...SPAN, ended: 11_000 }).takenAfterMs).toBeNull();
});

test("a fault without a refusal has been refused nothing for no time", () => {
  expect(windowOf(HISTORY, { from: 12_000, ended: 12_500, to: 13_000 })).toEqual({
    ...{ refused: 0, refusedMs: 0, takenAfterMs: null },
  });
});

test("the table of a cluster has the median and the longest of each fault, of good builds", () => {
  const window = { refused: 3, refusedMs: 4_000, takenAfterMs: 200, storedAfterMs: 1_500 };
  const worse = { ...window, refused: 9, refusedMs: 6_000, takenAfterMs: null };
  const struck = [window, worse].map((each) => ({ fault: "leader killed", recoverMs: 1, window: each }));
  const views = { steady: 3, of: 4, missedNotices: 2 };
  const result = { campaign: "cluster", struck, views } as unknown as Parameters<
    typeof formatWindows
  >[0][number];
  const table = formatWindows([result, { ...result, campaign: "bad", mustShow: ["missing"] }]);
  expect(table).toContain("| leader killed | 2 | 3 / 9 | 4.0 s / 6.0 s | 0.2 s / 0.2 s | 1.5 s / 1.5 s |");
  expect(table).toMatch(/\| cluster \| 3 of 4 \| 2 \|$/);
  expect(formatWindows([])).toBe("");
});
