import { crc32 } from "node:zlib";

/**
 * A received body, its time of reception and the id of its delivery: 12 ASCII characters. Records of earlier releases
 * have no id.
 */
export type Spooled = { body: Buffer; receivedAt: Date; deliveryId?: string };

/** A record and its destination. Destinations are sent to independently of each other. */
export type Addressed = Spooled & { destination: string };

/**
 * The format of a record on the disk: marker (3 bytes), version (1), length of the body (4), received_at in ms (8, a
 * double), CRC-32 of everything after the version except itself (4), in version 2 the id of the delivery (12), and the
 * body. The byte 0xFF does not occur in UTF-8, so no body contains the marker.
 */
const MARKER = Buffer.from([0xff, 0x54, 0x56]);
const WITHOUT_ID = "1".charCodeAt(0);
const WITH_ID = "2".charCodeAt(0);
const LENGTH_AT = 4;
const CRC_AT = 16;
const ID_AT = 20;
const ID_BYTES = 12;
/** The offset of the body by version. */
const BODY_AT = new Map([
  [WITHOUT_ID, ID_AT],
  [WITH_ID, ID_AT + ID_BYTES],
]);
/** The size of the largest webhook body. A greater length is not that of a record. */
const MAX_BODY_BYTES = 64 * 1024;
export const MAX_RECORD_BYTES = ID_AT + ID_BYTES + MAX_BODY_BYTES;

const versionOf = ({ deliveryId }: Spooled) => (deliveryId === undefined ? WITHOUT_ID : WITH_ID);

export const sizeOf = (record: Spooled) => BODY_AT.get(versionOf(record))! + record.body.length;

export function encodeRecord(record: Spooled): Buffer {
  const { body, receivedAt, deliveryId = "" } = record;
  const bytes = Buffer.alloc(sizeOf(record));
  MARKER.copy(bytes);
  bytes[MARKER.length] = versionOf(record);
  bytes.writeUInt32BE(body.length, LENGTH_AT);
  bytes.writeDoubleBE(receivedAt.getTime(), 8);
  bytes.write(deliveryId, ID_AT, ID_BYTES, "latin1");
  body.copy(bytes, bytes.length - body.length);
  bytes.writeUInt32BE(checksum(bytes), CRC_AT);
  return bytes;
}

const checksum = (record: Buffer) => crc32(record.subarray(ID_AT), crc32(record.subarray(LENGTH_AT, CRC_AT)));

export type Scan = {
  records: Spooled[];
  /** The number of bytes that an uncompleted write left after the last record. They were never acknowledged. */
  tornBytes: number;
  /** The number of bytes that are neither a record nor torn. They may have been acknowledged records. */
  damagedBytes: number;
};

/** Returns the records of a segment in order. After damage, the scan continues at the next whole record. */
export function scanRecords(bytes: Buffer): Scan {
  const scan: Scan = { records: [], tornBytes: 0, damagedBytes: 0 };
  for (let at = 0; at < bytes.length; ) {
    const record = recordAt(bytes, at);
    if (record) {
      scan.records.push(decodeRecord(record));
      at += record.length;
    } else at = skip(bytes, at, scan);
  }
  return scan;
}

function decodeRecord(record: Buffer): Spooled {
  const bodyAt = record.length - record.readUInt32BE(LENGTH_AT);
  const id = record.toString("latin1", ID_AT, bodyAt);
  return {
    body: record.subarray(bodyAt),
    receivedAt: new Date(record.readDoubleBE(8)),
    ...(id && { deliveryId: id }),
  };
}

/** Returns the whole record at this offset, or null if there is none. */
function recordAt(bytes: Buffer, at: number): Buffer | null {
  const end = endAt(bytes, at);
  if (end === null || end > bytes.length) return null;
  const record = bytes.subarray(at, end);
  return record.readUInt32BE(CRC_AT) === checksum(record) ? record : null;
}

/** Returns the end of the record at this offset according to its header, or null if no record begins there. */
function endAt(bytes: Buffer, at: number): number | null {
  if (at + ID_AT > bytes.length || !MARKER.equals(bytes.subarray(at, at + MARKER.length))) return null;
  const bodyAt = BODY_AT.get(bytes[at + MARKER.length]!);
  const length = bytes.readUInt32BE(at + LENGTH_AT);
  return bodyAt !== undefined && length <= MAX_BODY_BYTES ? at + bodyAt + length : null;
}

/** Skips bytes that are not a record. Returns the offset of the next record, or the end. */
function skip(bytes: Buffer, from: number, scan: Scan): number {
  let at = from;
  do at = bytes.indexOf(MARKER, at + 1);
  while (at >= 0 && recordAt(bytes, at) === null);
  const end = at < 0 ? bytes.length : at;
  if (at < 0 && isTorn(bytes.subarray(from))) scan.tornBytes += end - from;
  else scan.damagedBytes += end - from;
  return end;
}

/**
 * Returns whether the tail is an incomplete record, or space that the file system allocated and that was never written.
 */
function isTorn(tail: Buffer): boolean {
  const end = endAt(tail, 0);
  if (end !== null) return end > tail.length;
  const marked = Math.min(tail.length, MARKER.length);
  const begins = tail.length < ID_AT && MARKER.subarray(0, marked).equals(tail.subarray(0, marked));
  return begins || tail.every((byte) => byte === 0);
}
