import { canonicalZone } from "./zone.ts";

/** Turns a local date and time, given as the milliseconds it would be in UTC, into the moment it stands for. */
export type ReadLocalTime = (localMs: number) => number;

const HOUR_MS = 3_600_000;
/** No zone is further behind UTC, or further ahead of it. */
const FURTHEST_BEHIND_MS = -12 * HOUR_MS;
const FURTHEST_AHEAD_MS = 14 * HOUR_MS;

/** A year has 8,766 hours. A sender that makes up stamps must not fill the memory. */
const MAX_HOURS = 10_000;

/**
 * A reader of the local times of a zone (IANA name, or an offset like -03:00). A time that the clock skipped is read as if it had not been
 * put forward; a time that the clock showed twice is the first of the two. Throws RangeError for a zone that does not exist.
 */
export function createReadLocalTime(zone: string): ReadLocalTime {
  if (canonicalZone(zone) === "UTC") return (localMs) => localMs;
  const offsetAt = createOffsetAt(zone);
  const offsetOf = (localMs: number) => findOffset(localMs, offsetAt);
  const hours = new Map<number, number | null>();
  const knownOffsetOf = (hour: number): number | null => {
    const known = hours.get(hour);
    if (known !== undefined) return known;
    if (hours.size >= MAX_HOURS) hours.clear();
    const [first, last] = [offsetOf(hour * HOUR_MS), offsetOf((hour + 1) * HOUR_MS - 1)];
    const offset = first === last ? first : null;
    hours.set(hour, offset);
    return offset;
  };
  return (localMs) => localMs - (knownOffsetOf(Math.floor(localMs / HOUR_MS)) ?? offsetOf(localMs));
}

/**
 * The offset by which a local time is read, in milliseconds east of UTC. Around a change of the clock it is the offset before the
 * change for every time that the earlier clock showed or would have shown, and the offset after it from then on: within an hour it
 * changes once at most.
 */
function findOffset(localMs: number, offsetAt: OffsetAt): number {
  const before = offsetAt(localMs - FURTHEST_AHEAD_MS);
  const after = offsetAt(localMs - FURTHEST_BEHIND_MS);
  if (before === after || offsetAt(localMs - before) === before) return before;
  return offsetAt(localMs - after) === after ? after : before;
}

/** The offset that holds at a moment, in milliseconds east of UTC. */
type OffsetAt = (ms: number) => number;

function createOffsetAt(zone: string): OffsetAt {
  // making a format takes longer than a thousand uses of it
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  return (ms) => {
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format(ms))!;
    const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
    return sign === "-" ? -offset : offset;
  };
}
