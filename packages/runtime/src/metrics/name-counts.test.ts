import { expect, test } from "@jest/globals";
import { createNameCounts } from "./name-counts.ts";

const MINUTE = 60_000;

function open() {
  const clock = { ms: 10_000 * MINUTE };
  const counts = createNameCounts(() => clock.ms);
  const list = () => counts.list().map(({ name, count, last }) => [name, count, last.getTime() / MINUTE]);
  return { clock, counts, list };
}

test("names are counted over the last hour, with the most frequent first and the time at which each was last counted", () => {
  const { clock, counts, list } = open();
  for (const name of ["/a", "/b", "/b"]) counts.count(name);
  clock.ms += 30 * MINUTE;
  counts.count("/a");
  counts.count("/a");
  expect(list()).toEqual([
    ["/a", 3, 10_030],
    ["/b", 2, 10_000],
  ]);
  clock.ms += 30 * MINUTE;
  expect(list()).toEqual([["/a", 2, 10_030]]);
  clock.ms += 30 * MINUTE;
  expect(list()).toEqual([]);
});

test("only the last twenty names are kept, however many are counted", () => {
  const { counts, list } = open();
  for (let n = 0; n < 1_000; n++) {
    counts.count(`/${n}`);
    counts.count("/kept");
  }
  expect(list()).toHaveLength(20);
  expect(list()[0]).toEqual(["/kept", 1_000, 10_000]);
});
