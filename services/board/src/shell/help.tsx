import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { words } from "../words.ts";

/** True while the help is open. */
export const helping = signal(false);

/** The help, in the browser's own dialog: it keeps the focus inside, and Esc closes it. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => {
    helping.value = false;
  };
  return (
    <dialog ref={dialog} aria-labelledby="help-heading" onClose={close}>
      <h2 id="help-heading">{words.shell.helpTitle}</h2>
      <dl>
        {words.shell.keys.map(([keys, what]) => [
          <dt key={keys}>
            <kbd>{keys}</kbd>
          </dt>,
          <dd key={`${keys}:`}>{what}</dd>,
        ])}
      </dl>
      <button type="button" onClick={close}>
        {words.base.close}
      </button>
    </dialog>
  );
}
