import { signal } from "@preact/signals";
import { type Call, rowsOf } from "./calls.ts";
import { masked } from "./choices.ts";
import { type Manner, toCsv, toNdjson } from "./export.ts";
import { ask, link } from "./live.ts";
import { zone } from "./numbers.ts";
import { filter, query } from "./route.ts";
import { found } from "./search.ts";
import { language, words } from "./words.ts";

const FORMATS = { CSV: toCsv, NDJSON: toNdjson } as const;
type Format = keyof typeof FORMATS;

/** Calls that a page of an export asks for: 600 KB, answered in some tens of milliseconds. */
const PAGE = 1_000;

/** How many calls are read so far; null while nothing is exported. "failed" until the next try. */
const progress = signal<number | "failed" | null>(null);

/** All calls that the filter lets through, or those that were found, as a file. */
export function ExportButtons() {
  const busy = typeof progress.value === "number";
  return (
    <div class="export">
      {busy && <span class="soft">{words.exporting(progress.value as number)}</span>}
      {progress.value === "failed" && <span role="alert">{words.exportFailed}</span>}
      {(Object.keys(FORMATS) as Format[]).map((format) => (
        <button
          key={format}
          type="button"
          class="quiet"
          disabled={busy || link.value.status !== "live"}
          aria-label={words.exportAs(format)}
          onClick={() => void save(format)}
        >
          ↓ {format}
        </button>
      ))}
    </div>
  );
}

async function save(format: Format): Promise<void> {
  const manner: Manner = { language, masked: masked.peek(), zone: zone.peek() };
  const calls = query.peek() ? rowsOf(found.peek() ?? new Map()) : await readAll();
  progress.value = calls ? null : "failed";
  if (calls) download(`calls.${format.toLowerCase()}`, FORMATS[format](calls, manner));
}

/** Page by page, newest first; null where the connection broke on the way. */
async function readAll(): Promise<Call[] | null> {
  const params = filter.peek() ? { state: filter.peek() } : {};
  const calls: Call[] = [];
  let cursor: string | undefined;
  do {
    progress.value = calls.length;
    const answer = await ask<Call[]>("ListCalls", { params, limit: PAGE, cursor });
    if (answer?.status !== "Ok") return null;
    calls.push(...answer.data);
    cursor = answer.next;
  } while (cursor);
  return calls;
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  // the browser has taken it by then
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
