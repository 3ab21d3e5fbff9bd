import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../test/support/long.ts";
import { encodeRecord, MAX_RECORD_BYTES, type Spooled, scanRecords } from "./record.ts";

const record = fc.record(
  {
    body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    receivedAt: fc.date({ noInvalidDate: true }),
    // absent in segments of earlier releases
    deliveryId: fc.base64String({ minLength: 12, maxLength: 12 }),
  },
  { requiredKeys: ["body", "receivedAt"] },
);
const some = fc.array(record, { minLength: 1, maxLength: 8 });
const encodeAll = (records: readonly Spooled[]) => Buffer.concat(records.map(encodeRecord));
/**
 * Returns bodies, times and ids as text, because buffers that are views of other buffers do not equal those that are
 * not.
 */
const plain = (records: readonly Spooled[]) =>
  records.map(
    ({ body, receivedAt, deliveryId }) => `${receivedAt.getTime()} ${deliveryId} ${body.toString("hex")}`,
  );

describe("records of the spool", () => {
  test("are read exactly as they were written, with body, time in ms and id", () => {
    fc.assert(
      fc.property(some, (records) => {
        const scan = scanRecords(encodeAll(records));
        expect(plain(scan.records)).toEqual(plain(records));
        expect([scan.tornBytes, scan.damagedBytes]).toEqual([0, 0]);
      }),
    );
  });

  test("that an earlier release wrote are read without a delivery id", () => {
    const bytes = Buffer.from("ff54563100000002427d1a94a20000005223518c7b7d", "hex");
    expect(plain(scanRecords(bytes).records)).toEqual(
      plain([{ body: Buffer.from("{}"), receivedAt: new Date(2_000_000_000_000) }]),
    );
  });

  test("with the largest possible body are read", () => {
    const largest = {
      body: Buffer.alloc(64 * 1024, "x"),
      receivedAt: new Date(),
      deliveryId: "abcdefgh1234",
    };
    expect(encodeRecord(largest).length).toBe(MAX_RECORD_BYTES);
    expect(plain(scanRecords(encodeRecord(largest)).records)).toEqual(plain([largest]));
  });

  test("that are cut off at any byte of the last one are read without the last one, which is reported as torn", () => {
    fc.assert(
      fc.property(some, (records) => {
        const whole = encodeAll(records);
        const before = whole.length - encodeRecord(records.at(-1)!).length;
        for (let end = before; end < whole.length; end++) {
          const scan = scanRecords(whole.subarray(0, end));
          expect(plain(scan.records)).toEqual(plain(records.slice(0, -1)));
          expect([scan.tornBytes, scan.damagedBytes]).toEqual([end - before, 0]);
        }
      }),
      { numRuns: runs(15) },
    );
  });

  test("that are followed by unwritten space are read, and the space is reported as torn, not as damaged", () => {
    const records = [{ body: Buffer.from("{}"), receivedAt: new Date(0) }];
    const scan = scanRecords(Buffer.concat([encodeAll(records), Buffer.alloc(4_096)]));
    expect([scan.records.length, scan.tornBytes, scan.damagedBytes]).toEqual([1, 4_096, 0]);
  });

  test("with any byte changed are read without the changed record, and the damage is reported", () => {
    fc.assert(
      fc.property(some, fc.nat(), fc.integer({ min: 1, max: 255 }), (records, where, change) => {
        const bytes = encodeAll(records);
        const at = where % bytes.length;
        bytes[at] = bytes[at]! ^ change;
        const hit = recordAt(records, at);
        const scan = scanRecords(bytes);
        expect(plain(scan.records)).toEqual(plain(records.toSpliced(hit, 1)));
        // a changed length in the last record cannot be distinguished from a write that was not completed
        const { damagedBytes, tornBytes } = scan;
        expect(hit === records.length - 1 ? damagedBytes + tornBytes : damagedBytes).toBeGreaterThan(0);
      }),
    );
  });

  test("with garbage between them are all read, and the garbage is reported", () => {
    fc.assert(
      fc.property(some, some, fc.uint8Array({ minLength: 1, maxLength: 200 }), (first, second, garbage) => {
        const scan = scanRecords(Buffer.concat([encodeAll(first), garbage, encodeAll(second)]));
        expect(plain(scan.records)).toEqual(plain([...first, ...second]));
        expect(scan.damagedBytes).toBe(garbage.length);
      }),
    );
  });
});

/** Returns the index of the record that contains this byte. */
function recordAt(records: readonly Spooled[], at: number): number {
  let end = 0;
  return records.findIndex((each) => {
    end += encodeRecord(each).length;
    return at < end;
  });
}
