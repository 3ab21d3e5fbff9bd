import type { ComponentChildren } from "preact";
import { openCall, selected } from "./route.ts";

/** A row that opens its call, by mouse or by Enter. */
export function CallRow(props: { call_id: string; class?: string; children: ComponentChildren }) {
  const open = () => openCall(props.call_id);
  const classes = [props.class, selected.value === props.call_id && "chosen"].filter(Boolean);
  return (
    <tr
      class={classes.join(" ")}
      tabIndex={0}
      data-call={props.call_id}
      onClick={open}
      onKeyDown={(event) => event.key === "Enter" && open()}
    >
      {props.children}
    </tr>
  );
}
