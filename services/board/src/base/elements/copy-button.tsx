import { useSignal } from "@preact/signals";
import { words } from "../../words.ts";

const COPIED_MS = 2_000;

/**
 * A button that copies a text as the page shows it: masked numbers stay masked. The button is missing if the
 * browser offers no clipboard, as on pages without TLS.
 */
export function CopyButton({ text }: { text: string }) {
  const copied = useSignal(false);
  if (!navigator.clipboard) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, COPIED_MS);
  };
  return (
    <button type="button" class="quiet" onClick={() => void copy()}>
      {copied.value ? words.base.copied : words.base.copy}
    </button>
  );
}
