import { crc32 } from "node:zlib";

/** A body as it came, and when. */
export type Spooled = { body: Buffer; receivedAt: Date };

/** A record and where it is to go: what is sent to one destination goes on whatever another one does. */
export type Addressed = Spooled & { destination: string };

/**
 * A record on the disk: marker (4 bytes), length of the body (4), received_at in ms (8, a double), CRC-32 of length, time
 * and body (4), the body. 0xFF stands in no UTF-8: no body holds the marker.
 */
const MARKER = Buffer.from([0xff, 0x54, 0x56, 0x31]);
const CRC_AT = 16;
const HEADER_BYTES = 20;
/** The largest body of a webhook is 64 KiB; a length beyond this is none. */
export const MAX_RECORD_BYTES = HEADER_BYTES + 64 * 1024;

export const sizeOf = ({ body }: Spooled) => HEADER_BYTES + body.length;

export function encodeRecord({ body, receivedAt }: Spooled): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + body.length);
  MARKER.copy(bytes);
  bytes.writeUInt32BE(body.length, 4);
  bytes.writeDoubleBE(receivedAt.getTime(), 8);
  body.copy(bytes, HEADER_BYTES);
  bytes.writeUInt32BE(checksum(bytes), CRC_AT);
  return bytes;
}

const checksum = (record: Buffer) =>
  crc32(record.subarray(HEADER_BYTES), crc32(record.subarray(MARKER.length, CRC_AT)));

export type Scan = {
  records: Spooled[];
  /** What a write that did not end has left behind the last record: it was never acknowledged. */
  tornBytes: number;
  /** What is neither a record nor torn: acknowledged records may have been there. */
  damagedBytes: number;
};

/** The records of a segment, in order. Behind damage the next whole record is looked for. */
export function scanRecords(bytes: Buffer): Scan {
  const scan: Scan = { records: [], tornBytes: 0, damagedBytes: 0 };
  for (let at = 0; at < bytes.length; ) {
    const record = recordAt(bytes, at);
    if (record) {
      scan.records.push({ body: record.subarray(HEADER_BYTES), receivedAt: timeOf(record) });
      at += record.length;
    } else at = skip(bytes, at, scan);
  }
  return scan;
}

const timeOf = (record: Buffer) => new Date(record.readDoubleBE(8));

/** The whole record that begins here; null where there is none. */
function recordAt(bytes: Buffer, at: number): Buffer | null {
  const end = endAt(bytes, at);
  if (end === null || end > bytes.length) return null;
  const record = bytes.subarray(at, end);
  return record.readUInt32BE(CRC_AT) === checksum(record) ? record : null;
}

/** Where the record that begins here would end, by its header; null where none begins. */
function endAt(bytes: Buffer, at: number): number | null {
  if (at + HEADER_BYTES > bytes.length || !MARKER.equals(bytes.subarray(at, at + MARKER.length))) return null;
  const length = HEADER_BYTES + bytes.readUInt32BE(at + 4);
  return length <= MAX_RECORD_BYTES ? at + length : null;
}

/** Past what is no record: to the next one, else to the end. */
function skip(bytes: Buffer, from: number, scan: Scan): number {
  let at = from;
  do at = bytes.indexOf(MARKER, at + 1);
  while (at >= 0 && recordAt(bytes, at) === null);
  const end = at < 0 ? bytes.length : at;
  if (at < 0 && isTorn(bytes.subarray(from))) scan.tornBytes += end - from;
  else scan.damagedBytes += end - from;
  return end;
}

/** A record cut off anywhere, or room that a file system gave and nothing was written to. */
function isTorn(tail: Buffer): boolean {
  const end = endAt(tail, 0);
  if (end !== null) return end > tail.length;
  const marked = Math.min(tail.length, MARKER.length);
  const begins = tail.length < HEADER_BYTES && MARKER.subarray(0, marked).equals(tail.subarray(0, marked));
  return begins || tail.every((byte) => byte === 0);
}
