/** The Confluent wire format: a zero, the id in four bytes, the record. */
const HEADER_BYTES = 5;

export function toWire(id: number, record: Buffer): Buffer {
  const value = Buffer.allocUnsafe(HEADER_BYTES + record.length);
  value.writeUInt8(0, 0);
  value.writeInt32BE(id, 1);
  record.copy(value, HEADER_BYTES);
  return value;
}

/** The id and the record of a value; null where it has another format. */
export const fromWire = (value: Buffer): { id: number; record: Buffer } | null =>
  value.length < HEADER_BYTES || value[0] !== 0
    ? null
    : { id: value.readInt32BE(1), record: value.subarray(HEADER_BYTES) };
