import { expect, test } from "@jest/globals";
import type { Operation } from "../checker/history.ts";
import { windowOf } from "./windows.ts";
import { formatWindows } from "./windows-table.ts";

const ANSWERS = { ok: 200, fail: 422, info: 503 };

const operation = (
  t0: number,
  t1: number,
  outcome: Operation["outcome"],
  answer: Operation["answer"] = ANSWERS[outcome],
): Operation => ({ op: 0, sha: "", call: "", t0, t1, outcome, answer });

const HISTORY = [
  operation(900, 1_000, "info"),
  operation(1_100, 1_200, "ok"),
  operation(1_200, 6_200, "info"),
  operation(1_300, 6_300, "fail"),
  operation(6_300, 9_500, "info"),
  operation(1_400, 1_401, "info", "ECONNREFUSED"),
  operation(2_000, 11_000, "info", "NO_ANSWER"),
  operation(9_000, 11_500, "info", "ECONNRESET"),
  operation(9_900, 10_100, "ok"),
  operation(10_050, 10_400, "ok"),
  operation(20_000, 20_100, "info"),
];
const SPAN = { from: 1_100, ended: 10_000, to: 12_000 };

test("a refusal counts for a fault if the gateway sends it between the strike and the recovery", () => {
  expect(windowOf(HISTORY, SPAN)).toMatchObject({ refused: 2, refusedMs: 3_300 });
});

test("a request without an answer is counted apart and does not extend the time of refusals", () => {
  expect(windowOf(HISTORY, SPAN)).toMatchObject({ unanswered: 3, refusedMs: 3_300 });
  const killed = HISTORY.filter(({ answer }) => typeof answer === "string");
  expect(windowOf(killed, SPAN)).toMatchObject({ refused: 0, refusedMs: 0, unanswered: 3 });
});

test("the first 200 after a fault is the answer to a request that began after it", () => {
  expect(windowOf(HISTORY, SPAN).takenAfterMs).toBe(400);
  expect(windowOf(HISTORY, { ...SPAN, ended: 11_000 }).takenAfterMs).toBeNull();
});

test("a fault without a refusal has zero refusals and a time of zero", () => {
  expect(windowOf(HISTORY, { from: 12_000, ended: 12_500, to: 13_000 })).toEqual({
    refused: 0,
    refusedMs: 0,
    unanswered: 0,
    takenAfterMs: null,
  });
});

test("the table of a cluster has the median and the largest value of each fault, from good builds only", () => {
  const window = { refused: 3, refusedMs: 4_000, unanswered: 7, takenAfterMs: 200, storedAfterMs: 1_500 };
  const worse = { ...window, refused: 9, refusedMs: 6_000, unanswered: 0, takenAfterMs: null };
  const struck = [window, worse].map((each) => ({ fault: "leader killed", recoverMs: 1, window: each }));
  const views = { steady: 3, of: 4, lateNotices: 5, missedNotices: 2 };
  const result = { campaign: "cluster", struck, views } as unknown as Parameters<
    typeof formatWindows
  >[0][number];
  const table = formatWindows([result, { ...result, campaign: "bad", mustShow: ["missing"] }]);
  expect(table).toContain(
    "| leader killed | 2 | 3 / 9 | 4.0 s / 6.0 s | 0 / 7 | 0.2 s / 0.2 s | 1.5 s / 1.5 s |",
  );
  expect(table).toMatch(/\| cluster \| 3 of 4 \| 5 \| 2 \|$/);
  expect(formatWindows([])).toBe("");
});
