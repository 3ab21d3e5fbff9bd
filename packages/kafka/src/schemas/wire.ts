/**
 * The header size of the Confluent wire format: a zero byte and the schema id in four bytes, followed by the record.
 */
const HEADER_BYTES = 5;

export function toWire(id: number, record: Buffer): Buffer {
  const value = Buffer.allocUnsafe(HEADER_BYTES + record.length);
  value.writeUInt8(0, 0);
  value.writeInt32BE(id, 1);
  record.copy(value, HEADER_BYTES);
  return value;
}

/** Returns the schema id and the record of a value, or null if it has another format. */
export const fromWire = (value: Buffer): { id: number; record: Buffer } | null =>
  value.length < HEADER_BYTES || value[0] !== 0
    ? null
    : { id: value.readInt32BE(1), record: value.subarray(HEADER_BYTES) };
