import type { ComponentChildren } from "preact";
import { addressOf, addressWith, go, type KnownPage, openCall, type View } from "../route.ts";

type Props = {
  to: KnownPage;
  view?: View;
  /** Set if the link leads to the page or view that is shown now. */
  current?: "page" | "true" | undefined;
  class?: string;
  children: ComponentChildren;
};

/**
 * A link to a page of the board. A click follows it without a reload; it can also be opened in another tab
 * or shared.
 */
export function Link({ to, view, current, children, ...rest }: Props) {
  return (
    <a {...rest} href={addressOf(to, view)} aria-current={current} onClick={followedBy(() => go(to, view))}>
      {children}
    </a>
  );
}

/** A link to a call, which opens beside the current page. */
export function CallLink(props: { call_id: string; class?: string; children: ComponentChildren }) {
  const { call_id, children, ...rest } = props;
  return (
    <a {...rest} href={addressWith(call_id)} onClick={followedBy(() => openCall(call_id))}>
      {children}
    </a>
  );
}

/** Handles a plain click. The browser handles a click that opens another tab or window. */
const followedBy = (follow: () => void) => (event: MouseEvent) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  follow();
};
