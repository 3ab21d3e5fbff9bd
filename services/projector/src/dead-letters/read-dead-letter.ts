import type { ArrivedDeadLetter, DeadLetterSource } from "@teravoz/domain";
import { type ConsumedRecord, readDeliveryId } from "@teravoz/kafka";

/** The longest header or type that is kept. Our own are never longer. */
const MAX_NAME = 128;

/** Reads a dead letter from its record. Never throws: a missing field is null, "unknown", or the broker's stamp. */
export function readDeadLetter({ key, value, headers, timestamp }: ConsumedRecord): ArrivedDeadLetter {
  const header = (name: string) => nameOf(headers[name]?.toString());
  // a tombstone that could not be applied has no body
  const body = value ?? new Uint8Array();
  const stamped = new Date(timestamp);
  const delivery_id = readDeliveryId(headers);
  return {
    key: key?.toString() ?? null,
    type: readType(body),
    reason: header("reason") ?? "unknown",
    service: header("service") ?? "unknown",
    first_seen: readTime(header("first_seen")) ?? stamped,
    last_seen: stamped,
    source: readSource(header("topic"), header("partition"), header("offset")),
    body,
    ...(delivery_id !== undefined && { delivery_id }),
  };
}

const nameOf = (text: string | undefined) => (text && text.length <= MAX_NAME ? text : null);

/**
 * Reads a time as services write it (toISOString). Returns null for any other text, because no service of ours wrote
 * it.
 */
function readTime(text: string | null): Date | null {
  if (text === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)) return null;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? null : time;
}

function readSource(
  topic: string | null,
  partition: string | null,
  offset: string | null,
): DeadLetterSource | null {
  if (topic === null || !isWhole(partition) || !isWhole(offset)) return null;
  return { topic, partition: Number(partition), offset: Number(offset) };
}

const isWhole = (text: string | null) => text !== null && /^\d{1,15}$/.test(text);

function readType(body: Uint8Array): string | null {
  try {
    const { type } = JSON.parse(Buffer.from(body).toString());
    return typeof type === "string" ? nameOf(type) : null;
  } catch {
    return null;
  }
}
