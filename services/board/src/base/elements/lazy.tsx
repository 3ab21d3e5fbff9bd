import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { words } from "../../words.ts";

type Component = () => ComponentChildren;

/**
 * A page whose code is loaded when it is opened first. After an update of the server the old file is gone,
 * and the page says so.
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
