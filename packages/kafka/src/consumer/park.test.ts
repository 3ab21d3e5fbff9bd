import { expect, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import type { ConsumedBatch, ConsumedRecord } from "./batch.ts";
import { parkBroken } from "./park.ts";

const record = (offset: number): ConsumedRecord => ({
  offset,
  key: null,
  value: null,
  headers: {},
  timestamp: 0,
});
const batch = (offsets: number[], next: number): ConsumedBatch => ({
  topic: "t",
  partition: 0,
  expected: 0,
  records: offsets.map(record),
  stored: [],
  next,
});

/** Creates a handler that fails for broken records and stores the others. The position must move without a gap. */
function createHandler(broken: number[]) {
  const stored: number[] = [];
  const parked: number[] = [];
  let position = 0;
  const handle = parkBroken(
    async ({ expected, records, next }) => {
      if (records.some(({ offset }) => broken.includes(offset))) throw new Error("can never be stored");
      expect(expected).toBe(position);
      stored.push(...records.map(({ offset }) => offset));
      position = next;
      return "done";
    },
    async ({ offset }) => void parked.push(offset),
  );
  return { handle, stored, parked, position: () => position };
}

test("a broken record is parked, and all other records of its batch are stored", async () => {
  for (const broken of [[], [0], [9], [4], [0, 3, 9], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    const { handle, stored, parked, position } = createHandler(broken);
    expect(await handle(batch([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10))).toBe("done");
    expect(parked).toEqual(broken);
    expect(stored).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((offset) => !broken.includes(offset)));
    expect(position()).toBe(10);
  }
});

test("the position moves over gaps in the log to the end of the batch", async () => {
  const { handle, position } = createHandler([5]);
  await handle(batch([2, 5, 90], 120));
  expect(position()).toBe(120);
});

test("a temporary error is rethrown, and no record is parked", async () => {
  const handle = parkBroken(
    async () => {
      throw new Unavailable("away");
    },
    async () => {
      throw new Error("parked");
    },
  );
  await expect(handle(batch([0, 1], 2))).rejects.toThrow(Unavailable);
});

test("a record that cannot be parked is not skipped: the error is thrown", async () => {
  const handle = parkBroken(
    async () => {
      throw new Error("can never be stored");
    },
    async () => {
      throw new Unavailable("dead-letters away");
    },
  );
  await expect(handle(batch([0], 1))).rejects.toThrow(Unavailable);
});

test("a batch that is fenced leaves its remaining records to the new owner", async () => {
  let calls = 0;
  const handle = parkBroken(
    async ({ records }) => {
      if (records.length > 1) throw new Error("can never be stored");
      calls++;
      return "fenced";
    },
    async () => {},
  );
  expect(await handle(batch([0, 1, 2, 3], 4))).toBe("fenced");
  expect(calls).toBe(1);
});
