import type { ComponentChildren } from "preact";
import { openCall, selected } from "../route.ts";

/** A row that opens its call by mouse or by Enter. */
export function CallRow(props: { call_id: string; class?: string; children: ComponentChildren }) {
  const open = () => openCall(props.call_id);
  // a link within the row opens its own address
  const openUnlessLink = (event: Event) => {
    if (!(event.target as Element).closest("a")) open();
  };
  const classes = [props.class, selected.value === props.call_id && "chosen"].filter(Boolean);
  return (
    <tr
      class={classes.join(" ")}
      tabIndex={0}
      data-call={props.call_id}
      onClick={openUnlessLink}
      onKeyDown={(event) => event.key === "Enter" && openUnlessLink(event)}
    >
      {props.children}
    </tr>
  );
}
