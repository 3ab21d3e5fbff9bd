/** `language` decides the format that spreadsheets expect; `masked` masks telephones as the page does. */
export type FileOptions = { language: "pt-BR" | "en"; masked: boolean; zone: string };

export type Cell = string | number | boolean | null | readonly string[];

/**
 * Writes CSV as in RFC 4180, with a header line. The Portuguese format has `;`, decimal commas and a byte
 * order mark, as Portuguese spreadsheets expect. The names of a list are joined by commas.
 */
export function writeCsv<Column extends string>(
  columns: readonly Column[],
  rows: readonly Record<Column, Cell>[],
  { language }: FileOptions,
): string {
  const separator = language === "pt-BR" ? ";" : ",";
  const mark = language === "pt-BR" ? "\ufeff" : "";
  const lines = rows.map((row) => columns.map((column) => cellOf(row[column], language)).join(separator));
  return `${mark}${[columns.join(separator), ...lines].map((line) => `${line}\r\n`).join("")}`;
}

/** Writes a cell. A text that a spreadsheet would run as a formula gets a leading `'` (OWASP, CSV injection). */
function cellOf(value: Cell, language: FileOptions["language"]): string {
  if (typeof value === "number") return language === "pt-BR" ? `${value}`.replace(".", ",") : `${value}`;
  const plain = typeof value === "object" && value !== null ? value.join(", ") : value;
  const text = typeof plain === "string" && /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : String(plain ?? "");
  return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Offers a text as a file to download. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  // after a minute the browser has read the file
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
