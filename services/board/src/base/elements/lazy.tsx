import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { words } from "../../words.ts";

type Component = () => ComponentChildren;

/**
 * Returns a page whose code is loaded when the page is first opened. After an update of the server the old
 * file no longer exists; the page then shows an error and a button to reload.
 */
export function lazy(load: () => Promise<Component>): Component {
  const loaded = signal<Component | "failed" | null>(null);
  let isAsked = false;
  const loadOnce = () => {
    if (isAsked) return;
    isAsked = true;
    load().then(
      (component) => {
        loaded.value = component;
      },
      () => {
        loaded.value = "failed";
      },
    );
  };
  return () => {
    loadOnce();
    if (loaded.value === "failed") return <Failed />;
    const Loaded = loaded.value;
    return Loaded ? <Loaded /> : <p class="empty">{words.base.loading}</p>;
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
