import { signal } from "@preact/signals";
import { language } from "../base/language.ts";
import { masked } from "../base/preferences.ts";
import { connection } from "../base/socket.ts";
import { download, type FileOptions } from "../base/table-file.ts";
import { zone } from "../base/zone.ts";
import { words } from "../words.ts";
import { toCsv, toNdjson } from "./export.ts";
import { readWhole } from "./list/listed-calls.ts";

const FORMATS = { CSV: toCsv, NDJSON: toNdjson } as const;
type Format = keyof typeof FORMATS;

/** The number of calls that have been read; null while no export runs, "failed" after a failure. */
const progress = signal<number | "failed" | null>(null);

/** Downloads all calls of the list in its order, including those beyond the limit of the list. */
export function ExportButtons() {
  const busy = typeof progress.value === "number";
  return (
    <div class="export">
      {busy && <span class="soft">{words.calls.exporting(progress.value as number)}</span>}
      {progress.value === "failed" && <span role="alert">{words.calls.exportFailed}</span>}
      {(Object.keys(FORMATS) as Format[]).map((format) => (
        <button
          key={format}
          type="button"
          class="quiet"
          disabled={busy || connection.value.status !== "live"}
          aria-label={words.calls.exportAs(format)}
          onClick={() => void save(format)}
        >
          ↓ {format}
        </button>
      ))}
    </div>
  );
}

async function save(format: Format): Promise<void> {
  const manner: FileOptions = { language, masked: masked.peek(), zone: zone.peek() };
  progress.value = 0;
  const calls = await readWhole((count) => {
    progress.value = count;
  });
  progress.value = calls ? null : "failed";
  if (calls) download(`calls.${format.toLowerCase()}`, FORMATS[format](calls, manner));
}
