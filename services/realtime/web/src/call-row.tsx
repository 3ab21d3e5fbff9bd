import type { ComponentChildren } from "preact";
import { selected } from "./choices.ts";

type Props = {
  call_id: string;
  class?: string;
  /** In a list of which not all rows are drawn: which one it is, and whether Tab leads to it. */
  place?: { rowIndex: number; isCurrent: boolean };
  children: ComponentChildren;
};

/** A row that opens its call, by mouse or by Enter. */
export function CallRow({ place, ...props }: Props) {
  const open = () => {
    selected.value = props.call_id;
  };
  const classes = [props.class, selected.value === props.call_id && "chosen"].filter(Boolean);
  return (
    <tr
      class={classes.join(" ")}
      tabIndex={place && !place.isCurrent ? -1 : 0}
      aria-rowindex={place?.rowIndex}
      data-call={props.call_id}
      onClick={open}
      onKeyDown={(event) => event.key === "Enter" && open()}
    >
      {props.children}
    </tr>
  );
}
