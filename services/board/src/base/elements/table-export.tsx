import { words } from "../../words.ts";
import { language } from "../language.ts";
import { masked } from "../preferences.ts";
import { download, type FileOptions } from "../table-file.ts";
import { zone } from "../zone.ts";

/** A button that downloads a table as `name`.csv. */
export function TableExport({ name, write }: { name: string; write: (manner: FileOptions) => string }) {
  const save = () => download(`${name}.csv`, write({ language, masked: masked.peek(), zone: zone.peek() }));
  return (
    <button
      type="button"
      class="quiet"
      aria-label={words.base.exportTable}
      title={words.base.exportTable}
      onClick={save}
    >
      ↓ CSV
    </button>
  );
}
