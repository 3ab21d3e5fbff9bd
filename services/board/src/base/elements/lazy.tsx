import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { words } from "../../words.ts";

type Component = () => ComponentChildren;

/**
 * A page whose code is loaded when it is opened first. After an update of the server the old file is gone,
 * and the page says so.
 */
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
