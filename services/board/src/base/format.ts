import { formatTelephone, maskDigits } from "@teravoz/domain/telephone";
import { language } from "./language.ts";

/** `1:02:03` or `02:03`; takes milliseconds. */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
}

/** `2,1 s`, `12 min` or `1 h 5 min`, as the language writes it. */
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

/** Zone names are ASCII; the names of these cities are written differently. */
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

/** The display name of a zone: the city of `America/Sao_Paulo`. */
export function cityOf(zone: string): string {
  const name = zone.split("/").at(-1)!;
  return CITIES[name] ?? name.replaceAll("_", " ");
}
/** `12.345`: a whole number as the page's language writes it. */
export const formatCount = (count: number): string => counts.format(count);
const counts = new Intl.NumberFormat(language);

/** `82 %`, or a dash if nothing was counted. */
export const formatShare = (share: number | null): string =>
  share === null ? "–" : `${Math.floor(share * 100)} %`;

/** `00:18`, or a dash if nothing was counted. */
export const formatMean = (ms: number | null): string => (ms === null ? "–" : formatDuration(ms));

/** Formats the key of an agent or of a dead letter. Only a telephone number is masked. */
export const formatKey = (key: string, masked: boolean): string =>
  /^\+?\d{8,15}$/.test(key) ? formatTelephone(key, masked) : key;

/** Six digits or more, with or without the punctuation of telephones and documents. */
const LONG_DIGITS = /(\d{4}-\d\d-\d\d)(?!\d)|\d(?:[ ()./-]{0,2}\d){5,}/g;

/**
 * Formats any text. If masked, every run of digits that could be a telephone or a document keeps only its
 * last four digits.
 */
export const maskText = (text: string, masked: boolean): string =>
  masked
    ? text.replace(LONG_DIGITS, (run, date?: string) => date ?? maskDigits(run.replace(/\D/g, "")))
    : text;

/** The digits of these fields identify no person. */
const HARMLESS = new Set(["call_id", "timestamp", "sid", "uuid", "type", "queue", "ringtime"]);

/**
 * Formats a body as indented JSON. If masked, everything that could be a telephone or a document (6 digits
 * or more) keeps only its end, in values, in texts and in field names. The result is text: never insert it
 * as HTML.
 */
export function formatBody(body: unknown, masked: boolean): string {
  return JSON.stringify(body, masked ? maskValue : undefined, 2);
}

function maskValue(key: string, value: unknown): unknown {
  if (HARMLESS.has(key)) return value;
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [maskText(name, true), member]));
  if (typeof value !== "string" && typeof value !== "number") return value;
  const text = String(value);
  return /^\+?[\d .()/-]{6,20}$/.test(text) && text.replace(/\D/g, "").length >= 6
    ? formatTelephone(text, true)
    : maskedOr(value, text);
}

/** A value with nothing to mask keeps its type, for example a number. */
function maskedOr(value: string | number, text: string): string | number {
  const masked = maskText(text, true);
  return masked === text ? value : masked;
}
