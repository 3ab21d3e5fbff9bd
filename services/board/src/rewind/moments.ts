/** Conversions between wall-clock time of a zone (IANA name) and moments (ms since the epoch). */

/** `2026-11-24T10:42:07`: the date and time in the zone, as a date field takes it. */
export function localOf(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(ms);
  const part = (name: string) => parts.find(({ type }) => type === name)?.value ?? "";
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}`;
}

/**
 * The moment of a local date and time; null if it is none. An hour that summer time skips is read as the
 * one after it.
 */
export function momentOf(local: string, zone: string): number | null {
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return null;
  const offsetAt = (ms: number) => Date.parse(`${localOf(ms, zone)}Z`) - ms;
  // the offset depends on the moment that is searched for: a first estimate is sometimes an hour off
  const near = asUtc - offsetAt(asUtc);
  const found = asUtc - offsetAt(near);
  return found === asUtc - offsetAt(found) ? found : Math.max(near, found);
}

/** The calendar day of a moment: its first moment, and the first moment of the next day. */
export function dayOf(ms: number, zone: string): { from: number; to: number } {
  const date = localOf(ms, zone).slice(0, 10);
  const next = new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return { from: startOf(date, zone), to: startOf(next, zone) };
}

const startOf = (date: string, zone: string): number => momentOf(`${date}T00:00:00`, zone)!;
