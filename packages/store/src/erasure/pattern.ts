import type { Person } from "@teravoz/domain";

/**
 * Returns a regular expression for the database that matches every body that names a person. It matches other bodies
 * too; the domain decides.
 */
export const patternOf = ({ kind, key }: Person): string =>
  kind === "actor" ? '"(?:actor|number)"\\s*:' : patternOfNumber(key);

/**
 * The number of digits that every spelling of a number ends with. Area codes, trunk zeros and the ninth digit precede
 * them.
 */
const LAST_DIGITS = 8;

/** Text that may stand between two digits: punctuation, plain, escaped by JSON, or encoded as in a URL. */
const GAP = "(?:\\\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}|[^0-9]){0,4}";

const patternOfNumber = (number: string): string =>
  [...number.replace("+", "").slice(-LAST_DIGITS)].map(spellingsOf).join(GAP);

/** The spellings of a digit: plain, full-width, and both as JSON may escape them. */
const spellingsOf = (digit: string): string =>
  `(?:${digit}|\\\\u003${digit}|${String.fromCodePoint(0xff10 + Number(digit))}|\\\\u[fF][fF]1${digit})`;
