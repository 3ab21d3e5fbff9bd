import type { ComponentChildren } from "preact";
import { addressOf, go, type PageName, type View } from "./route.ts";

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
  const follow = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to, view);
  };
  return (
    <a {...rest} href={addressOf(to, view)} aria-current={current} onClick={follow}>
      {children}
    </a>
  );
}
