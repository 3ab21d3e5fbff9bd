import { signal } from "@preact/signals";
import { masked } from "./choices.ts";
import { type Manner, toCsv, toNdjson } from "./export.ts";
import { readWhole } from "./listed-calls.ts";
import { link } from "./live.ts";
import { zone } from "./numbers.ts";
import { language, words } from "./words.ts";

const FORMATS = { CSV: toCsv, NDJSON: toNdjson } as const;
type Format = keyof typeof FORMATS;

/** How many calls are read so far; null while nothing is exported. "failed" until the next try. */
const progress = signal<number | "failed" | null>(null);

/** All calls of the list as it is seen, those included that it is too long to show, as a file. */
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
  progress.value = 0;
  const calls = await readWhole((count) => {
    progress.value = count;
  });
  progress.value = calls ? null : "failed";
  if (calls) download(`calls.${format.toLowerCase()}`, FORMATS[format](calls, manner));
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  // the browser has taken it by then
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
