import type { Window } from "./window.ts";

/**
 * The only module with zone arithmetic. A zone is an IANA name, or an offset like -03:00. A zone that does not exist
 * throws RangeError.
 */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The largest offsets of all zones, behind UTC and ahead of it. */
const FURTHEST_BEHIND_MS = -12 * HOUR_MS;
const FURTHEST_AHEAD_MS = 14 * HOUR_MS;

/** The one name of a zone that has several: `utc` and `Etc/UTC` are `UTC`. */
export const canonicalZone = (zone: string): string =>
  new Intl.DateTimeFormat("en-US", { timeZone: zone }).resolvedOptions().timeZone;

/** Returns whether a zone of this name exists. */
export function isZone(zone: string): boolean {
  try {
    canonicalZone(zone);
    return true;
  } catch {
    return false;
  }
}

/** The offset at a moment (ms since the epoch), in milliseconds east of UTC. */
type OffsetAt = (ms: number) => number;

/** The offset functions by zone, kept because a format takes longer to create than a thousand uses of it. */
const known = new Map<string, OffsetAt>();

function offsetsOf(zone: string): OffsetAt {
  const offsetAt = known.get(zone) ?? createOffsetAt(zone);
  known.set(zone, offsetAt);
  return offsetAt;
}

function createOffsetAt(zone: string): OffsetAt {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  return (ms) => {
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format(ms))!;
    const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
    return sign === "-" ? -offset : offset;
  };
}

/** `2026-11-25T10:42:07.123`: the local date and time at a moment (ms since the epoch). */
export const localTimeOf = (ms: number, zone: string): string =>
  new Date(ms + offsetsOf(zone)(ms)).toISOString().slice(0, -1);

/** `2026-11-25T10:42:07.123-03:00`: the local date and time at a moment (ms since the epoch), with the offset. */
export function isoTimeOf(ms: number, zone: string): string {
  const minutes = offsetsOf(zone)(ms) / 60_000;
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${localTimeOf(ms, zone)}${minutes < 0 ? "-" : "+"}${two(hours)}:${two(rest)}`;
}

/** Turns a local date and time, given as the milliseconds it would be in UTC, into a moment. */
export type ReadLocalTime = (localMs: number) => number;

/**
 * The maximum number of hours whose offset is remembered. A year has 8,766 hours, and a sender that invents stamps must
 * not fill the memory.
 */
const MAX_HOURS = 10_000;

/**
 * Creates a reader of local times as a sender stamps them. A skipped time is read as if the clock had not been put
 * forward. A repeated time is the first of the two.
 */
export function createReadLocalTime(zone: string): ReadLocalTime {
  if (canonicalZone(zone) === "UTC") return (localMs) => localMs;
  const offsetAt = offsetsOf(zone);
  const offsetOf = (localMs: number) => findOffset(localMs, offsetAt);
  const hours = new Map<number, number | null>();
  const knownOffsetOf = (hour: number): number | null => {
    const offset = hours.get(hour);
    if (offset !== undefined) return offset;
    if (hours.size >= MAX_HOURS) hours.clear();
    const [first, last] = [offsetOf(hour * HOUR_MS), offsetOf((hour + 1) * HOUR_MS - 1)];
    const found = first === last ? first : null;
    hours.set(hour, found);
    return found;
  };
  return (localMs) => localMs - (knownOffsetOf(Math.floor(localMs / HOUR_MS)) ?? offsetOf(localMs));
}

/**
 * The offset by which a local time is read, in milliseconds east of UTC. Around a change of the clock, the earlier
 * offset is used for each local time that exists under it or is skipped, and the later offset from then on. The offset
 * therefore changes at most once within a local hour.
 */
function findOffset(localMs: number, offsetAt: OffsetAt): number {
  const before = offsetAt(localMs - FURTHEST_AHEAD_MS);
  const after = offsetAt(localMs - FURTHEST_BEHIND_MS);
  if (before === after || offsetAt(localMs - before) === before) return before;
  return offsetAt(localMs - after) === after ? after : before;
}

const LOCAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?$/;

/**
 * The first moment (ms since the epoch) at which a clock in the zone shows `2026-11-25T10:00`, `2026-11-25T10:00:07` or
 * a later time; null if the text is no date and time. For a time that summer time skips it is the moment at which the
 * clock jumps.
 */
export function firstMomentOf(local: string, zone: string): number | null {
  const localMs = LOCAL_TIME.test(local) ? Date.parse(`${local}Z`) : Number.NaN;
  if (Number.isNaN(localMs)) return null;
  const offsetAt = offsetsOf(zone);
  const ms = localMs - findOffset(localMs, offsetAt);
  const isSkipped = ms + offsetAt(ms) !== localMs;
  return isSkipped ? findJump(localMs - offsetAt(ms), ms, offsetAt) : ms;
}

/** The first moment after `from` that has the offset of `to`. */
function findJump(from: number, to: number, offsetAt: OffsetAt): number {
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle) === offsetAt(to)) after = middle;
    else before = middle;
  }
  return after;
}

/**
 * The first moment of the local day of `at`, or of the day `daysBefore` it on the calendar. If summer time begins at
 * midnight, as it did in Brazil until 2019, the day begins at one.
 */
export function startOfDay(at: Date, zone: string, daysBefore = 0): Date {
  const today = Date.parse(`${localTimeOf(at.getTime(), zone).slice(0, 10)}T00:00Z`);
  const day = new Date(today - daysBefore * DAY_MS).toISOString().slice(0, 10);
  return new Date(firstMomentOf(`${day}T00:00`, zone)!);
}

/** The local day of a moment. It has 23 or 25 hours if summer time begins or ends in it. */
export const dayOf = (at: Date, zone: string): Window => ({
  from: startOfDay(at, zone),
  to: startOfDay(at, zone, -1),
});
