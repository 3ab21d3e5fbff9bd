/** The parts of a Brazilian number. A local number has no area code. */
type BrazilianParts = { country?: boolean; area?: string | undefined; exchange: string; line: string };

/** `+55 11 98765-4321`, `11 98765-4321` or `98765-4321`. */
export const writeBrazilian = ({ country = false, area, exchange, line }: BrazilianParts): string =>
  [country && "+55", area, `${exchange}-${line}`].filter(Boolean).join(" ");

/** A Brazilian number: eight or nine digits of the subscriber, optionally after the area code, which may follow 55. */
const BRAZILIAN = /^(?:(55)?(\d{2}))?(\d{4,5})(\d{4})$/;
/** Toll-free and shared-cost numbers as they are displayed: they belong to companies. */
const OF_A_COMPANY = /^0[3589]00 /;
/** An international number whose country code is not Brazil's. */
const FOREIGN = /^\+(?!55)/;
/** A shorter number is an extension or a short code. It names no person, and is never masked. */
const FEWEST_MASKED_DIGITS = 6;

/**
 * Formats a telephone number as people read it. It is given as `Telephone.display`, or as the digits of a body. If it
 * is masked, only the area code and the last four digits are left: `+55 11 9****-0000`. A number that is not Brazilian
 * stays as it is; if it is masked, only its last four digits are left.
 */
export function formatTelephone(number: string, masked: boolean): string {
  const digits = number.replace(/\D/g, "");
  if (digits.length < FEWEST_MASKED_DIGITS || OF_A_COMPANY.test(number)) return number;
  const match = FOREIGN.test(number) ? null : BRAZILIAN.exec(digits);
  if (!match) return masked ? maskDigits(digits) : number;
  const [, country, area, exchange = "", line = ""] = match;
  const shown = masked ? exchange.slice(0, 1).padEnd(exchange.length, "*") : exchange;
  return writeBrazilian({ country: country !== undefined, area, exchange: shown, line });
}

/** Replaces all but the last four digits with `*`. */
export const maskDigits = (digits: string): string => "*".repeat(digits.length - 4) + digits.slice(-4);

/** A person's number has at least this many digits. A shorter one is an extension, a queue or a feature. */
export const FEWEST_OF_A_PERSON = 8;

/** Returns whether a canonical number is long enough to be a person's. */
export const canBePerson = (canonical: string): boolean =>
  canonical.replace("+", "").length >= FEWEST_OF_A_PERSON;
