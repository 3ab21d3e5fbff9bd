import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { words } from "../../words.ts";

type Component = () => ComponentChildren;

/** A page that comes over the line when it is first opened. A server that was replaced has it no more: the page says so. */
export function lazy(load: () => Promise<Component>): Component {
  const found = signal<Component | "failed" | null>(null);
  let asked = false;
  const fetchOnce = () => {
    if (asked) return;
    asked = true;
    load().then(
      (component) => {
        found.value = component;
      },
      () => {
        found.value = "failed";
      },
    );
  };
  return () => {
    fetchOnce();
    if (found.value === "failed") return <Failed />;
    const Found = found.value;
    return Found ? <Found /> : <p class="empty">{words.base.loading}</p>;
  };
}

function Failed() {
  return (
    <p class="empty" role="alert">
      {words.base.notLoaded}{" "}
      <button type="button" onClick={() => location.reload()}>
        {words.base.reload}
      </button>
    </p>
  );
}
