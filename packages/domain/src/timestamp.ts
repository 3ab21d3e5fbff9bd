/** A moment as a sender wrote it: `whole` where it gave no fraction of the second. */
export type Timestamp = { ms: number; whole: boolean };

const ISO_8601 =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d)?)?$/i;
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2101, 0, 1);
const DAY_MS = 86_400_000;

/**
 * Reads ISO 8601 (with Z, with an offset, without zone = UTC), 10 digits of seconds or 13 of milliseconds since 1970, as
 * text or number, in the years 2000 to 2100. Anything else is null.
 */
export function readTimestamp(value: unknown): Timestamp | null {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") return null;
  const read = readEpoch(text) ?? readIso(text);
  return read && read.ms >= EARLIEST_MS && read.ms < LATEST_MS ? read : null;
}

/** As readTimestamp, but null for a stamp more than a day after the event was received: such a clock is wrong. */
export function readOccurrence(value: unknown, received_at: Date): Timestamp | null {
  const read = readTimestamp(value);
  return read && read.ms <= received_at.getTime() + DAY_MS ? read : null;
}

function readEpoch(text: string): Timestamp | null {
  if (/^\d{10}$/.test(text)) return { ms: Number(text) * 1000, whole: true };
  if (/^\d{13}$/.test(text)) return { ms: Number(text), whole: false };
  return null;
}

function readIso(text: string): Timestamp | null {
  const match = ISO_8601.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHours, offsetMinutes] = match;
  const utc = new Date(Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!, +second!));
  // what does not exist (30 February, 24:00, a leap second) rolls over into the next
  const exists =
    utc.getUTCDate() === +day! && utc.getUTCHours() === +hour! && utc.getUTCSeconds() === +second!;
  if (!exists || utc.getUTCMinutes() !== +minute! || utc.getUTCMonth() !== +month! - 1) return null;
  if (Number(offsetHours ?? 0) > 23 || Number(offsetMinutes ?? 0) > 59) return null;
  const offsetMs =
    (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0)) * (sign === "-" ? -60_000 : 60_000);
  const milliseconds = Number((fraction ?? "").padEnd(3, "0").slice(0, 3));
  return { ms: utc.getTime() - offsetMs + milliseconds, whole: fraction === undefined };
}
