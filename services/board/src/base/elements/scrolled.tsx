import type { ComponentChildren } from "preact";

/** A section that scrolls by mouse and by keyboard. */
export function Scrolled(props: { class: string; label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus (axe: scrollable-region-focusable)
    <section class={props.class} aria-label={props.label} tabIndex={0}>
      {props.children}
    </section>
  );
}
