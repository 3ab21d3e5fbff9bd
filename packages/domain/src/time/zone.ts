const DAY_MS = 86_400_000;
/** The longest day there is: one with the hour that summer time gives back, and some. */
const LONGEST_DAY_MS = DAY_MS + 3 * 3_600_000;

/** Formats by zone, kept: making one takes longer than all the uses of it below. */
const dateFormats = new Map<string, Intl.DateTimeFormat>();

function dateFormatOf(zone: string): Intl.DateTimeFormat {
  const known = dateFormats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" });
  dateFormats.set(zone, made);
  return made;
}

/** The one name of a zone that has several: `utc` and `Etc/UTC` are `UTC`. Throws RangeError for a zone that does not exist. */
export const canonicalZone = (zone: string): string =>
  new Intl.DateTimeFormat("en-US", { timeZone: zone }).resolvedOptions().timeZone;

/** Whether a zone of this name exists. */
export function isZone(zone: string): boolean {
  try {
    canonicalZone(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * The first moment of the day that it is in a zone (IANA name), to the second. Where summer time begins at midnight, as it did in
 * Brazil until 2019, the day begins at one. Throws RangeError for a zone that does not exist.
 */
export function startOfDay(now: Date, zone: string): Date {
  const date = dateFormatOf(zone);
  const today = date.format(now);
  // seconds since the epoch: the day before is at `before`, today at `today`
  let before = Math.floor((now.getTime() - LONGEST_DAY_MS) / 1_000);
  let after = Math.floor(now.getTime() / 1_000);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (date.format(middle * 1_000) === today) after = middle;
    else before = middle;
  }
  return new Date(after * 1_000);
}
