import type { Call } from "../../model/call.ts";

/** The named periods. */
export const PERIODS = ["today", "last30", "yesterday", "last7", "all"] as const;
export type PeriodName = (typeof PERIODS)[number];

/** A period that somebody chose; `from` and `to` are wall-clock times of the account, `2026-11-25T10:00`. */
export type PeriodChoice = PeriodName | { from: string; to: string };

/** Moments in ms since the epoch; null = open end. */
export type Period = { since: number | null; until: number | null };

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The moments of a chosen period in the account's zone (IANA name). Days are calendar days of that zone. */
export function periodOf(choice: PeriodChoice, now: number, zone: string): Period {
  if (typeof choice === "object")
    return { since: localTime(choice.from, zone), until: localTime(choice.to, zone) };
  const day = (ago: number) => startOfDay(now, ago, zone);
  switch (choice) {
    case "today":
      return { since: day(0), until: null };
    case "last30":
      return { since: now - 30 * MINUTE_MS, until: null };
    case "yesterday":
      return { since: day(1), until: day(0) };
    case "last7":
      return { since: day(6), until: null };
    case "all":
      return { since: null, until: null };
  }
}

/** Whether the call began in the period, by the server's rule for lists in the order of `began_at`. */
export function isWithin({ began_at }: Pick<Call, "began_at">, { since, until }: Period): boolean {
  const began = Date.parse(began_at);
  return (since === null || began >= since) && (until === null || began < until);
}

/** Whether both ends are times and the second is after the first. */
export function isPeriodChoice(from: string, to: string): boolean {
  const [since, until] = [localTime(from, "UTC"), localTime(to, "UTC")];
  return since !== null && until !== null && since < until;
}

/** Days are counted on the calendar, because a day may have 23 or 25 hours. */
function startOfDay(now: number, daysAgo: number, zone: string): number {
  const date = new Date(Date.parse(`${wallClock(now, zone).slice(0, 10)}T00:00Z`) - daysAgo * DAY_MS);
  return localTime(`${date.toISOString().slice(0, 10)}T00:00`, zone)!;
}

/**
 * The moment at which a wall clock in the zone shows `2026-11-25T10:00`; null if this is not a time. If
 * the hour occurs twice, the first moment; if summer time skips it, the moment at which the clocks jump.
 */
export function localTime(text: string, zone: string): number | null {
  const shown = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  if (Number.isNaN(shown)) return null;
  const offset = (ms: number) => Date.parse(`${wallClock(ms, zone)}Z`) - ms;
  const before = shown - offset(shown - DAY_MS);
  const after = shown - offset(shown + DAY_MS);
  return [before, after].find((ms) => ms + offset(ms) === shown) ?? jump(after, before, offset);
}

/** The first minute that has the offset of `to`. */
function jump(from: number, to: number, offset: (ms: number) => number): number {
  let ms = from - (from % MINUTE_MS);
  while (ms < to && offset(ms) !== offset(to)) ms += MINUTE_MS;
  return ms;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-11-25T10:42`: the wall-clock time, to the minute. */
export function wallClock(ms: number, zone: string): string {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    formats.set(zone, format);
  }
  return format.format(ms).replace(" ", "T");
}
