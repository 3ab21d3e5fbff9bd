import type { CallState } from "./calls.ts";
import { words } from "./words.ts";

/** Shape, word and colour: any one of them is enough. */
const SHAPES: Record<CallState, string> = {
  NEW: "○",
  STANDBY: "◔",
  WAITING: "◑",
  ONGOING: "●",
  FINISHED: "✓",
};

/** A state that a later release knows is shown by its name. */
export function StateMark({ state }: { state: CallState }) {
  return (
    <span class={`state ${state.toLowerCase()}`}>
      <span class="shape" aria-hidden="true">
        {SHAPES[state] ?? "◌"}
      </span>
      {words.states[state] ?? state}
    </span>
  );
}
