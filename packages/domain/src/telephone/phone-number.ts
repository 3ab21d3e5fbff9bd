import {
  type CountryCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from "libphonenumber-js/min";
import { readText } from "../event/text.ts";
import { writeBrazilian } from "./telephone-format.ts";

/** A phone number: all its spellings share `canonical`; people read `display`. */
export type Telephone = { canonical: string; display: string };

/**
 * Reads a number as people or exchanges write it, or a whole number from JSON. Null if it is hidden or not a number.
 */
export type ReadTelephone = (value: unknown) => Telephone | null;

/** A country as ISO 3166-1 writes it: `BR`. */
export type Region = CountryCode;
export const isRegion = (text: string): text is Region => isSupportedCountry(text);

/** The maximum number of spellings that a reader remembers. A busy call centre has this many callers in an hour. */
const REMEMBERED = 20_000;

/**
 * Creates the reader of the numbers of a region. It reads national and international spellings, trunk and carrier
 * prefixes, punctuation, `tel:` and `sip:` addresses. The canonical form is E.164 with its plus. A Brazilian mobile
 * number that is written without its ninth digit gets it. An extension, or a number that no country could have, keeps
 * its digits.
 */
export function createReadTelephone(region: Region): ReadTelephone {
  const known = new Map<string, Telephone | null>();
  return (value) => {
    const text = Number.isSafeInteger(value) ? String(value) : readText(value);
    if (text === null) return null;
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const read = readPlainBrazilian(text, region) ?? readAnySpelling(text, region);
    if (known.size >= REMEMBERED) known.delete(known.keys().next().value!);
    known.set(text, read);
    return read;
  };
}

/** Reads the usual Brazilian spellings without the library, which takes about 50 us. */
function readPlainBrazilian(text: string, region: Region): Telephone | null {
  const [, national] = /^(?:\+?55)?([1-9][1-9](?:9\d{8}|[2-9]\d{7}))$/.exec(text) ?? [];
  return region === "BR" && national !== undefined ? nameBrazilian(national) : null;
}

function readAnySpelling(text: string, region: Region): Telephone | null {
  const dialled = dialledIn(text);
  return dialled && nameOf(dialled, region);
}

/** The digits to dial. They are `international` if they begin with a country code. */
type Dialled = { digits: string; international: boolean };

/** Finds the digits to dial in a text. Null for a text without digits, words, feature codes and hidden numbers. */
function dialledIn(text: string): Dialled | null {
  const address = /<([^<>]*)>/.exec(text)?.[1] ?? text;
  const [, rest = ""] = /^\s*(?:(?:sips?|tel|callto):)?(.*)$/is.exec(address.normalize("NFKC"))!;
  const [local, ...parameters] = rest.split(";");
  const written = decode(local!.split(/[@:]/)[0]!).replace(EXTENSION, "");
  if (/[\p{L}*#_]/u.test(written)) return null;
  const digits = written.replace(/\D/g, "");
  if (HIDDEN.test(`${/^[\s(]*\+/.test(written) ? "+" : ""}${digits}`)) return null;
  if (/^[\s(]*\+/.test(written)) return { digits, international: true };
  const context = parameters.map((each) => /^phone-context=\+(\d+)$/i.exec(each.trim())?.[1]).find(Boolean);
  return context === undefined
    ? { digits, international: false }
    : { digits: context + digits.replace(/^0+/, ""), international: true };
}

const EXTENSION = /[\s,]*(?:ext\.?|ramal|r\.|x)[\s:=]*\d{1,6}\s*$/i;

/**
 * Hidden numbers: nothing, zeros, or a word on the keys of a telephone (ANONYMOUS, UNKNOWN, BLOCKED, PRIVATE,
 * RESTRICTED, UNAVAILABLE). Without a plus, only ANONYMOUS cannot be a real number.
 */
const HIDDEN = /^(?:\+?(?:(?:55)?0+|266696687)?|\+(?:8656696|2562533|7748283|1?7378742833|86282452253))$/;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function nameOf(dialled: Dialled, region: Region): Telephone | null {
  const parsed = parse(dialled, region);
  if (!parsed) return dialled.digits.length > MOST_DIGITS ? null : plain(dialled);
  if (parsed.countryCallingCode !== "55")
    return { canonical: parsed.number, display: parsed.formatInternational() };
  return nameBrazilian(parsed.nationalNumber);
}

/** No E.164 number has more digits. */
const MOST_DIGITS = 15;

const plain = ({ digits, international }: Dialled): Telephone => {
  const text = international ? `+${digits}` : digits;
  return { canonical: text, display: text };
};

/** Parses the digits of a number. Null if the length does not fit any numbering plan. */
function parse({ digits, international }: Dialled, region: Region): PhoneNumber | null {
  const read = (text: string, accept: (number: PhoneNumber) => boolean) => {
    const number = parsePhoneNumberFromString(text, region);
    return number && accept(number) ? number : null;
  };
  const isPossible = (number: PhoneNumber) =>
    number.isPossible() && (number.countryCallingCode !== "55" || number.nationalNumber.length <= 11);
  if (international)
    return read(`+${digits}`, isPossible) ?? read(`+${digits}`.replace(/^\+550/, "+55"), isPossible);
  return (
    // 00 and the country's code, where the region would have a carrier's code between them
    (digits.startsWith("00") ? read(`+${digits.slice(2)}`, (number) => number.isValid()) : null) ??
    read(digits, isPossible) ??
    // a carrier code that libphonenumber does not know
    (region === "BR" ? read(digits.replace(/^0[1-9]\d(?=\d{10,11}$)/, ""), isPossible) : null)
  );
}

/** Adds the ninth digit to a mobile number. Toll-free, shared-cost and local numbers stay as they are. */
function nameBrazilian(national: string): Telephone {
  const number = national.replace(/^([1-9][1-9])?(?=[6-9]\d{7}$)/, "$19");
  const canonical = `+55${number}`;
  const [, area, exchange, line] = /^([1-9][1-9])?(9?\d{4})(\d{4})$/.exec(number) ?? [];
  if (exchange === undefined) {
    const [, prefix, middle, end] = /^(\d{3})(\d{3})(\d{4})$/.exec(number) ?? [];
    return { canonical, display: prefix === undefined ? number : `0${prefix} ${middle} ${end}` };
  }
  const display = writeBrazilian({ country: area !== undefined, area, exchange, line: line! });
  return { canonical, display };
}
