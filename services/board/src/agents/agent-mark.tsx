import type { AgentState } from "@teravoz/protocol/client";
import { words } from "../words.ts";

/** Shape, word and colour have the same meaning: a reader needs only one of them. */
const SHAPES: Record<AgentState, string> = {
  TALKING: "●",
  RINGING: "◔",
  FREE: "○",
  PAUSED: "Ⅱ",
  LOGGED_OUT: "×",
  UNKNOWN: "?",
};

export function AgentMark({ state }: { state: AgentState }) {
  const tip = state === "UNKNOWN" ? words.agents.unknownTip : undefined;
  return (
    <span class={`agent-state ${state.toLowerCase().replace("_", "-")}`} title={tip}>
      <span class="shape" aria-hidden="true">
        {SHAPES[state]}
      </span>
      {words.agents.states[state]}
    </span>
  );
}
