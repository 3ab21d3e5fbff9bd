import { agentOf, type Call, ourNumber, theirNumber } from "./calls.ts";
import { formatNumber, maskText } from "./format.ts";

/** How a file is to be read: by whom, and whether numbers may be seen. */
export type Manner = { language: "pt-BR" | "en"; masked: boolean; zone: string };

/** One row a call: the columns of the file, in their order. */
const COLUMNS = [
  ...([
    "aggregate_id",
    "state",
    "direction",
    "their_number",
    "our_number",
    "queue",
    "actor",
    "code",
  ] as const),
  ...(["created_at", "answered_at", "finished_at", "abandoned", "events", "recording_url"] as const),
] as const;

type Row = Record<(typeof COLUMNS)[number], string | number | boolean | null>;

/** Tells calls apart, and is no person's. */
const UNMASKED: ReadonlySet<string> = new Set(["aggregate_id"]);

/** What is seen is what goes out: masked where it is masked, in every field. Times are ISO 8601 in the account's zone. */
function rowOf(call: Call, { masked, zone }: Manner): Row {
  const text = <T>(column: string, value: T) =>
    typeof value === "string" && !UNMASKED.has(column) ? maskText(value, masked) : value;
  const number = (value: string | null) => value && formatNumber(value, true);
  const time = (value: string | null) => value && formatIso(Date.parse(value), zone);
  return {
    ...(Object.fromEntries(COLUMNS.map((column) => [column, text(column, call[column] ?? null)])) as Row),
    their_number: masked ? number(theirNumber(call)) : call.their_number,
    our_number: masked ? number(ourNumber(call)) : call.our_number,
    actor: text("actor", agentOf(call)),
    created_at: time(call.created_at),
    answered_at: time(call.answered_at),
    finished_at: time(call.finished_at),
  };
}

/** RFC 4180, but as the spreadsheets of a language take it: in Portuguese with `;` and a byte order mark. */
export function toCsv(calls: readonly Call[], manner: Manner): string {
  const separator = manner.language === "pt-BR" ? ";" : ",";
  const mark = manner.language === "pt-BR" ? "\ufeff" : "";
  const lines = calls.map((call) => {
    const row = rowOf(call, manner);
    return COLUMNS.map((column) => cellOf(row[column])).join(separator);
  });
  return `${mark}${[COLUMNS.join(separator), ...lines].join("\r\n")}\r\n`;
}

/** A text that a spreadsheet would compute is kept a text (OWASP, CSV injection). */
function cellOf(value: string | number | boolean | null): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? "");
  return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line of JSON a call. */
export const toNdjson = (calls: readonly Call[], manner: Manner): string =>
  calls.map((call) => `${JSON.stringify(rowOf(call, manner))}\n`).join("");

/** `2026-11-25T10:42:07.123-03:00` */
export function formatIso(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    ...{ year: "numeric", month: "2-digit", day: "2-digit" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", fractionalSecondDigits: 3 },
    timeZoneName: "longOffset",
  }).formatToParts(ms);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  const offset = of("timeZoneName").replace("GMT", "") || "+00:00";
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}:${of("second")}.${of("fractionalSecond")}${offset}`;
}
