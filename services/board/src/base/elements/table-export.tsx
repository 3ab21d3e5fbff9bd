import { masked } from "../preferences.ts";
import { download, type Manner } from "../table-file.ts";
import { language, words } from "../words.ts";
import { zone } from "../zone.ts";

/** Saves a table as `name`.csv. */
export function TableExport({ name, write }: { name: string; write: (manner: Manner) => string }) {
  const save = () => download(`${name}.csv`, write({ language, masked: masked.peek(), zone: zone.peek() }));
  return (
    <button
      type="button"
      class="quiet"
      aria-label={words.exportTable}
      title={words.exportTable}
      onClick={save}
    >
      ↓ CSV
    </button>
  );
}
