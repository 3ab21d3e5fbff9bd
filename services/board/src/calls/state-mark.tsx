import type { CallState } from "@teravoz/protocol/client";
import { words } from "../words.ts";

/** Shape, word and colour have the same meaning: a reader needs only one of them. */
const SHAPES: Record<CallState, string> = {
  NEW: "○",
  STANDBY: "◔",
  WAITING: "◑",
  ONGOING: "●",
  FINISHED: "✓",
};

/** The state of a call. A state that this release does not know is shown by its name. `isPlain`: without colour. */
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
