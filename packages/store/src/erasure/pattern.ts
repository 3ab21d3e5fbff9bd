import type { Person } from "@teravoz/domain";

/**
 * What the text of a body has at least where it names a person: a regular expression for the database. It lets through more than is the
 * person's; the domain decides.
 */
export const patternOf = ({ kind, key }: Person): string =>
  kind === "actor" ? '"(?:actor|number)"\\s*:' : patternOfNumber(key);

/** Every spelling of a number ends with these: area codes, trunk zeros and the ninth digit stand before them. */
const LAST_DIGITS = 8;

/** What may stand between two digits: punctuation as it is, escaped by JSON, or encoded as in a URL. */
const GAP = "(?:\\\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}|[^0-9]){0,4}";

const patternOfNumber = (number: string): string =>
  [...number.replace("+", "").slice(-LAST_DIGITS)].map(spellingsOf).join(GAP);

/** As it is, of full width, and both as JSON may escape them. */
const spellingsOf = (digit: string): string =>
  `(?:${digit}|\\\\u003${digit}|${String.fromCodePoint(0xff10 + Number(digit))}|\\\\u[fF][fF]1${digit})`;
