import type { ComponentChildren } from "preact";
import { addressOf, addressWith, go, openCall, type PageName, type View } from "../route.ts";

type Props = {
  to: PageName;
  view?: View;
  /** Where it leads is what is seen already. */
  current?: "page" | "true" | undefined;
  class?: string;
  children: ComponentChildren;
};

/** A link to a page of the board: followed without a reload, and like any other it can be opened in another tab or shared. */
export function Link({ to, view, current, children, ...rest }: Props) {
  return (
    <a {...rest} href={addressOf(to, view)} aria-current={current} onClick={followedBy(() => go(to, view))}>
      {children}
    </a>
  );
}

/** A link to a call, seen beside what is seen already. */
export function CallLink(props: { call_id: string; class?: string; children: ComponentChildren }) {
  const { call_id, children, ...rest } = props;
  return (
    <a {...rest} href={addressWith(call_id)} onClick={followedBy(() => openCall(call_id))}>
      {children}
    </a>
  );
}

/** A click that asks for another tab or window is the browser's. */
const followedBy = (follow: () => void) => (event: MouseEvent) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  follow();
};
