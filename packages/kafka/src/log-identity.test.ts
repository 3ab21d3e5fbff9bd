import { expect, test } from "@jest/globals";
import type { RecordIdentity } from "@teravoz/domain";
import { compareLog, type LogReader } from "./log-identity.ts";

const PLACE = { topic: "t", partition: 0 };
const LAG_MS = 1_000;

type Held = { low?: number; high?: number; records: readonly RecordIdentity[] };

/** A log with these records; the stamp of a record is ten times its offset unless it says otherwise. */
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

/** A position of 20 that was stored for a log with a record at each offset. */
const reasonOf = async (log: Held, stored = identities(12, 20), now = 200) =>
  (await compareLog(logOf(log), PLACE, { next: 20, identities: stored }, now)).reason;

test("a log that holds the newest record at its offset is the same one", async () => {
  expect(await reasonOf({ records: identities(0, 20) })).toBeNull();
  expect(await reasonOf({ records: identities(0, 40) })).toBeNull();
});

test("a log with another record at the offset of the newest is another one, however long it is", async () => {
  const reason = "it holds another record";
  expect(await reasonOf({ records: identities(0, 20, 5_000) })).toBe(reason);
  expect(await reasonOf({ records: [...identities(0, 15), ...identities(15, 60, 5_000)] })).toBe(reason);
});

test("a log that ends below the position is another one, with identities and without", async () => {
  const reason = "it ends below the stored position";
  expect(await reasonOf({ records: identities(0, 19) })).toBe(reason);
  expect(await reasonOf({ records: [] }, [])).toBe(reason);
});

test("where compaction took the newest records, the newest that is left decides", async () => {
  const left = [...identities(0, 15), { offset: 25, timestamp: 250 }];
  expect(await reasonOf({ records: left })).toBeNull();
  expect(
    await reasonOf({ records: [...identities(0, 14), { offset: 14, timestamp: 9_999 }, left.at(-1)!] }),
  ).toBe("it holds another record");
});

test("where compaction left none of the records, the position is trusted if the newest is older than the minimum lag", async () => {
  const records = [{ offset: 30, timestamp: 5_000 }];
  expect(await reasonOf({ records }, undefined, 190 + LAG_MS + 1)).toBeNull();
  expect(await reasonOf({ records }, undefined, 190 + LAG_MS)).toBe(
    "it holds none of the last records, and they are too young for compaction",
  );
});

test("a position without identities is trusted where the log reaches it", async () => {
  expect(await reasonOf({ records: identities(0, 20, 5_000) }, [])).toBeNull();
});

test("a position at or below the first offset is the same log: all that it holds is read", async () => {
  expect(await reasonOf({ low: 20, records: identities(20, 40, 5_000) })).toBeNull();
  expect(await reasonOf({ low: 30, records: identities(30, 40, 5_000) })).toBeNull();
});

test("identities below the first offset say nothing, those above it do", async () => {
  expect(await reasonOf({ low: 16, records: identities(16, 40) })).toBeNull();
  expect(await reasonOf({ low: 16, records: identities(16, 40, 5_000) })).toBe("it holds another record");
});
