import { language } from "./language.ts";

/** `1:02:03` or `02:03`; milliseconds in. */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
}

/** `2,1 s`, `12 min` or `1 h 5 min`, as a language writes it. */
export function formatLength(ms: number, language: string): string {
  const of = (unit: string, value: number) =>
    new Intl.NumberFormat(language, {
      style: "unit",
      unit,
      unitDisplay: "short",
      maximumFractionDigits: ms < 1_000 ? 2 : 1,
    }).format(value);
  if (ms < 60_000) return of("second", ms / 1_000).replace(/sec$/, "s");
  const minutes = Math.floor(ms / 60_000);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours > 0 && of("hour", hours), rest > 0 && of("minute", rest)].filter(Boolean).join(" ");
}

/** Zones are spelt in ASCII; these cities are not. */
const CITIES: Readonly<Record<string, string>> = {
  Araguaina: "Araguaína",
  Belem: "Belém",
  Cuiaba: "Cuiabá",
  Eirunepe: "Eirunepé",
  Maceio: "Maceió",
  Noronha: "Fernando de Noronha",
  Santarem: "Santarém",
  Sao_Paulo: "São Paulo",
};

/** What a zone is called: `America/Sao_Paulo` by its city. */
export function cityOf(zone: string): string {
  const name = zone.split("/").at(-1)!;
  return CITIES[name] ?? name.replaceAll("_", " ");
}
/** `12.345`: whole numbers as the page's language writes them. */
export const formatCount = (count: number): string => counts.format(count);
const counts = new Intl.NumberFormat(language);

/** `82 %`, or a dash where nothing was counted. */
export const formatShare = (share: number | null): string =>
  share === null ? "–" : `${Math.floor(share * 100)} %`;

/** `00:18`, or a dash where nothing was counted. */
export const formatMean = (ms: number | null): string => (ms === null ? "–" : formatDuration(ms));

/** 8 or 9 digits of a subscriber, before them the area code, before that 55 for Brazil. */
const BRAZILIAN = /^(?:(55)?(\d{2}))?(\d{4,5})(\d{4})$/;

/** Toll-free and shared-cost numbers as they are displayed: they are of companies. */
const OF_A_COMPANY = /^0[3589]00 /;
/** The country's code of another country is the first of its digits. */
const FOREIGN = /^\+(?!55)/;

/**
 * A telephone number as people read it, given as the server displays it or, in a body, as digits; masked, only the area and the last
 * four digits are left (`+55 11 9****-0000`). What is no number of Brazil is shown as it is, masked but for its end.
 */
export function formatNumber(number: string, masked: boolean): string {
  const digits = number.replace(/\D/g, "");
  // an extension or a short code names nobody
  if (digits.length < 6 || OF_A_COMPANY.test(number)) return number;
  const match = FOREIGN.test(number) ? null : BRAZILIAN.exec(digits);
  if (!match) return masked ? "*".repeat(digits.length - 4) + digits.slice(-4) : number;
  const [, country, area, exchange = "", line = ""] = match;
  const head = masked ? exchange.slice(0, 1).padEnd(exchange.length, "*") : exchange;
  return [country && "+55", area, `${head}-${line}`].filter(Boolean).join(" ");
}

/** The key of an agent or a dead letter: masked where it is somebody's number. */
export const formatKey = (key: string, masked: boolean): string =>
  /^\+?\d{8,15}$/.test(key) ? formatNumber(key, masked) : key;

/** Six digits or more, also with the punctuation of telephones and documents between them. */
const LONG_DIGITS = /(\d{4}-\d\d-\d\d)(?!\d)|\d(?:[ ()./-]{0,2}\d){5,}/g;

/** A text of any kind; masked, of every run of digits that could be a telephone or a document only the end is left. */
export const maskText = (text: string, masked: boolean): string =>
  masked ? text.replace(LONG_DIGITS, (run, date?: string) => date ?? maskRun(run)) : text;

function maskRun(run: string): string {
  const digits = run.replace(/\D/g, "");
  return "*".repeat(digits.length - 4) + digits.slice(-4);
}

/** Fields whose digits are not a person's. */
const HARMLESS = new Set(["call_id", "timestamp", "sid", "uuid", "type", "queue", "ringtime"]);

/**
 * A body as indented JSON. Masked, whatever could be a telephone or a document (6 digits or more) shows only its end, in values, in texts
 * and in names of fields. It is text: whoever shows it must not let it be read as HTML.
 */
export function formatBody(body: unknown, masked: boolean): string {
  return JSON.stringify(body, masked ? maskDigits : undefined, 2);
}

function maskDigits(key: string, value: unknown): unknown {
  if (HARMLESS.has(key)) return value;
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [maskText(name, true), member]));
  if (typeof value !== "string" && typeof value !== "number") return value;
  const text = String(value);
  return /^\+?[\d .()/-]{6,20}$/.test(text) && text.replace(/\D/g, "").length >= 6
    ? formatNumber(text, true)
    : maskedOr(value, text);
}

/** What has nothing to mask stays what it is: a number, for example. */
function maskedOr(value: string | number, text: string): string | number {
  const masked = maskText(text, true);
  return masked === text ? value : masked;
}
