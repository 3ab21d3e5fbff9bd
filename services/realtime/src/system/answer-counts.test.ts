import { expect, test } from "@jest/globals";
import { createAnswerCounts } from "./answer-counts.ts";

const MINUTE = 60_000;
const DAY = 1_440;
const minute = (n: number) => new Date(n * MINUTE);

function open(maxEntries?: number) {
  const clock = { ms: 10_000 * MINUTE };
  const counts = createAnswerCounts(() => clock.ms, maxEntries);
  const take = (instance: string, ...answers: [minute: number, status: number, count: number][]) =>
    counts.take({
      instance,
      started_at: new Date(0),
      answers: answers.map(([at, status, count]) => ({ minute: minute(at), status, count })),
    });
  const list = (since = 0) =>
    counts.list(minute(since)).map(({ minute, status, count }) => [minute.getTime() / MINUTE, status, count]);
  return { clock, counts, take, list };
}

test("counts of instances are summed, and a newer count of a minute replaces the older one of the same instance", () => {
  const { take, list } = open();
  take("one", [9_999, 422, 2]);
  take("other", [9_999, 422, 1], [9_999, 401, 7]);
  take("one", [9_999, 422, 5], [10_000, 422, 1]);
  expect(list()).toEqual([
    [9_999, 401, 7],
    [9_999, 422, 6],
    [10_000, 422, 1],
  ]);
  expect(list(10_000)).toEqual([[10_000, 422, 1]]);
});

test("a day that is read again counts nothing twice and loses nothing", () => {
  const { take, list } = open();
  for (let again = 0; again < 2; again++) {
    take("one", [9_999, 503, 2]);
    take("one", [9_999, 503, 5]);
    if (again === 0) expect(list()).toEqual([[9_999, 503, 5]]);
  }
  take("one", [9_999, 503, 2]);
  expect(list()).toEqual([[9_999, 503, 5]]);
});

test("the counts of a container that restarts in the same minute are added to those before", () => {
  const { counts, list } = open();
  for (const started of [1, 2])
    counts.take({
      instance: "one",
      started_at: new Date(started),
      answers: [{ minute: minute(9_999), status: 400, count: 3 }],
    });
  expect(list()).toEqual([[9_999, 400, 6]]);
});

test("minutes older than a day or far in the future are not kept", () => {
  const { clock, take, list } = open();
  take("one", [10_000 - DAY - 1, 400, 1], [10_000 - DAY, 400, 2], [10_000 + DAY + 1, 400, 3]);
  expect(list()).toEqual([[10_000 - DAY, 400, 2]]);
  clock.ms += MINUTE;
  expect(list()).toEqual([]);
});

test("memory is bounded however much is reported: the oldest minutes are dropped", () => {
  const { take, list } = open(100);
  for (let n = 0; n < 500; n++) take("one", [9_000 + n, 400, 1]);
  const kept = list();
  expect(kept).toHaveLength(100);
  expect(kept.at(-1)).toEqual([9_499, 400, 1]);
});
