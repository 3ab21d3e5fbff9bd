import { createReadLocalTime, type ReadLocalTime } from "./zone.ts";

/** A moment as a sender wrote it. It is `whole` if the stamp has no fraction of a second. */
export type Timestamp = { ms: number; whole: boolean };

const ISO_8601 =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:(Z)|([+-])(\d\d):?(\d\d)?)?$/i;
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2101, 0, 1);
const DAY_MS = 86_400_000;

/** Reads the stamp of an event; null if it is not a stamp. */
export type ReadTimestamp = (value: unknown) => Timestamp | null;

/**
 * Like ReadTimestamp, but null for a stamp of more than a day after the reception of the event, because the sender's
 * clock is wrong.
 */
export type ReadOccurrence = (value: unknown, received_at: Date) => Timestamp | null;

/**
 * Creates a reader of stamps in the years 2000 to 2100. It reads ISO 8601 with Z, with an offset, or without either
 * (then in the sender's zone), and 10 digits of seconds or 13 digits of milliseconds since 1970, as text or number. It
 * reads anything else as null. Throws RangeError for a zone that does not exist.
 */
export function createReadTimestamp(senderZone: string): ReadTimestamp {
  const readLocalTime = createReadLocalTime(senderZone);
  return (value) => {
    const text = typeof value === "number" ? String(value) : value;
    if (typeof text !== "string") return null;
    const read = readEpoch(text) ?? readIso(text, readLocalTime);
    return read && read.ms >= EARLIEST_MS && read.ms < LATEST_MS ? read : null;
  };
}

export function createReadOccurrence(senderZone: string): ReadOccurrence {
  const readTimestamp = createReadTimestamp(senderZone);
  return (value, received_at) => {
    const read = readTimestamp(value);
    return read && read.ms <= received_at.getTime() + DAY_MS ? read : null;
  };
}

/** The reader for senders whose stamps without a zone are UTC. */
export const readTimestamp = createReadTimestamp("UTC");

/** The reader for senders whose stamps without a zone are UTC. */
export const readOccurrence = createReadOccurrence("UTC");

function readEpoch(text: string): Timestamp | null {
  if (/^\d{10}$/.test(text)) return { ms: Number(text) * 1000, whole: true };
  if (/^\d{13}$/.test(text)) return { ms: Number(text), whole: false };
  return null;
}

function readIso(text: string, readLocalTime: ReadLocalTime): Timestamp | null {
  const match = ISO_8601.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, z, sign, offsetHours, offsetMinutes] = match;
  const utc = new Date(Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!, +second!));
  // a date or time that does not exist (30 February, 24:00, a leap second) rolls over into the next
  const exists =
    utc.getUTCDate() === +day! && utc.getUTCHours() === +hour! && utc.getUTCSeconds() === +second!;
  if (!exists || utc.getUTCMinutes() !== +minute! || utc.getUTCMonth() !== +month! - 1) return null;
  if (Number(offsetHours ?? 0) > 23 || Number(offsetMinutes ?? 0) > 59) return null;
  const offsetMs =
    (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0)) * (sign === "-" ? -60_000 : 60_000);
  const milliseconds = Number((fraction ?? "").padEnd(3, "0").slice(0, 3));
  const local = utc.getTime() + milliseconds;
  const ms = z === undefined && sign === undefined ? readLocalTime(local) : local - offsetMs;
  return { ms, whole: fraction === undefined };
}
