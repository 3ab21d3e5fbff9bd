import { expect, test } from "@jest/globals";
import type { RecordIdentity } from "@teravoz/domain";
import { compareLog, type LogReader } from "./log-identity.ts";

const PLACE = { topic: "t", partition: 0 };
const LAG_MS = 1_000;

type Held = { low?: number; high?: number; records: readonly RecordIdentity[] };

/** Returns a reader of a log with these records. Records of `identities` have ten times their offset as timestamp. */
function logOf({ low = 0, high, records }: Held): LogReader {
  return {
    ends: async () => ({ low, high: high ?? (records.at(-1)?.offset ?? -1) + 1 }),
    identities: async (_place, { from, to }) =>
      records.filter(({ offset }) => offset >= low && offset >= from && offset < to),
    minCompactionLagMs: async () => LAG_MS,
  };
}

const identities = (from: number, to: number, later = 0): RecordIdentity[] =>
  Array.from({ length: to - from }, (_, n) => ({ offset: from + n, timestamp: 10 * (from + n) + later }));

/** Compares the log with a position of 20 that was stored for a log with a record at each offset. */
const reasonOf = async (log: Held, stored = identities(12, 20), now = 200) =>
  (await compareLog(logOf(log), PLACE, { next: 20, identities: stored }, now)).reason;

test("a log that has the newest record at its offset is the same log", async () => {
  expect(await reasonOf({ records: identities(0, 20) })).toBeNull();
  expect(await reasonOf({ records: identities(0, 40) })).toBeNull();
});

test("a log with another record at the offset of the newest record is another log, however long it is", async () => {
  const reason = "it holds another record";
  expect(await reasonOf({ records: identities(0, 20, 5_000) })).toBe(reason);
  expect(await reasonOf({ records: [...identities(0, 15), ...identities(15, 60, 5_000)] })).toBe(reason);
});

test("a log that ends below the position is another log, with or without identities", async () => {
  const reason = "it ends below the stored position";
  expect(await reasonOf({ records: identities(0, 19) })).toBe(reason);
  expect(await reasonOf({ records: [] }, [])).toBe(reason);
});

test("if compaction removed the newest records, the newest remaining record decides", async () => {
  const left = [...identities(0, 15), { offset: 25, timestamp: 250 }];
  expect(await reasonOf({ records: left })).toBeNull();
  expect(
    await reasonOf({ records: [...identities(0, 14), { offset: 14, timestamp: 9_999 }, left.at(-1)!] }),
  ).toBe("it holds another record");
});

test("if compaction removed all the records, the position is trusted if the newest is older than the minimum lag", async () => {
  const records = [{ offset: 30, timestamp: 5_000 }];
  expect(await reasonOf({ records }, undefined, 190 + LAG_MS + 1)).toBeNull();
  expect(await reasonOf({ records }, undefined, 190 + LAG_MS)).toBe(
    "it holds none of the last records, and they are too young for compaction",
  );
});

test("a position without identities is trusted if the log reaches it", async () => {
  expect(await reasonOf({ records: identities(0, 20, 5_000) }, [])).toBeNull();
});

test("a log whose first offset is at or above the position counts as the same log, because all its records are read", async () => {
  expect(await reasonOf({ low: 20, records: identities(20, 40, 5_000) })).toBeNull();
  expect(await reasonOf({ low: 30, records: identities(30, 40, 5_000) })).toBeNull();
});

test("identities below the first offset are ignored, those above it are compared", async () => {
  expect(await reasonOf({ low: 16, records: identities(16, 40) })).toBeNull();
  expect(await reasonOf({ low: 16, records: identities(16, 40, 5_000) })).toBe("it holds another record");
});
