import { crc32 } from "node:zlib";

/** A body as it came, when, and the id of its delivery: 12 characters of ASCII; records of earlier releases have none. */
export type Spooled = { body: Buffer; receivedAt: Date; deliveryId?: string };

/** A record and where it is to go: what is sent to one destination goes on whatever another one does. */
export type Addressed = Spooled & { destination: string };

/**
 * A record on the disk: marker (3 bytes), version (1), length of the body (4), received_at in ms (8, a double), CRC-32 of all
 * behind the version but itself (4), in version 2 the id of the delivery (12), the body. 0xFF stands in no UTF-8: no body holds
 * the marker.
 */
const MARKER = Buffer.from([0xff, 0x54, 0x56]);
const WITHOUT_ID = "1".charCodeAt(0);
const WITH_ID = "2".charCodeAt(0);
const LENGTH_AT = 4;
const CRC_AT = 16;
const ID_AT = 20;
const ID_BYTES = 12;
/** Where the body begins, by the version. */
const BODY_AT = new Map([
  [WITHOUT_ID, ID_AT],
  [WITH_ID, ID_AT + ID_BYTES],
]);
/** The largest body of a webhook is 64 KiB; a length beyond this is none. */
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

/** The whole record that begins here; null where there is none. */
function recordAt(bytes: Buffer, at: number): Buffer | null {
  const end = endAt(bytes, at);
  if (end === null || end > bytes.length) return null;
  const record = bytes.subarray(at, end);
  return record.readUInt32BE(CRC_AT) === checksum(record) ? record : null;
}

/** Where the record that begins here would end, by its header; null where none begins. */
function endAt(bytes: Buffer, at: number): number | null {
  if (at + ID_AT > bytes.length || !MARKER.equals(bytes.subarray(at, at + MARKER.length))) return null;
  const bodyAt = BODY_AT.get(bytes[at + MARKER.length]!);
  const length = bytes.readUInt32BE(at + LENGTH_AT);
  return bodyAt !== undefined && length <= MAX_BODY_BYTES ? at + bodyAt + length : null;
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
  const begins = tail.length < ID_AT && MARKER.subarray(0, marked).equals(tail.subarray(0, marked));
  return begins || tail.every((byte) => byte === 0);
}
