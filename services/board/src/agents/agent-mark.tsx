import { words } from "../base/words.ts";
import type { AgentState } from "../model/agent.ts";

/** Shape, word and colour: any one of them is enough. */
const SHAPES: Record<AgentState, string> = {
  TALKING: "●",
  RINGING: "◔",
  FREE: "○",
  PAUSED: "Ⅱ",
  LOGGED_OUT: "×",
  UNKNOWN: "?",
};

export function AgentMark({ state }: { state: AgentState }) {
  const tip = state === "UNKNOWN" ? words.agentsPage.unknownTip : undefined;
  return (
    <span class={`agent-state ${state.toLowerCase().replace("_", "-")}`} title={tip}>
      <span class="shape" aria-hidden="true">
        {SHAPES[state]}
      </span>
      {words.agentStates[state]}
    </span>
  );
}
