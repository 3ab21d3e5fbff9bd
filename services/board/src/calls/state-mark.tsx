import type { CallState } from "../model/call.ts";
import { words } from "../words.ts";

/** Shape, word and colour: any one of them is enough. */
const SHAPES: Record<CallState, string> = {
  NEW: "○",
  STANDBY: "◔",
  WAITING: "◑",
  ONGOING: "●",
  FINISHED: "✓",
};

/** The state of a call; one that only a later release knows is shown by its name. `isPlain`: without colour. */
export function StateMark({ state, isPlain = false }: { state: CallState; isPlain?: boolean }) {
  return (
    <span class={`state ${isPlain && state !== "FINISHED" ? "soft" : state.toLowerCase()}`}>
      <span class="shape" aria-hidden="true">
        {SHAPES[state] ?? "◌"}
      </span>
      {words.calls.states[state] ?? state}
    </span>
  );
}
