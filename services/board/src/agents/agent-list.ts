import { AGENT_STATES, type Agent, type AgentState } from "../model/agent.ts";

/** The agents in a state, the longest first; those without a time come last, in the order of their names. */
export const inState = (agents: readonly Agent[], state: AgentState): Agent[] =>
  agents
    .filter((agent) => agent.state === state)
    .sort((one, other) => ((one.since ?? "~") < (other.since ?? "~") ? -1 : 1));

/** The agents by state, then by how long they have been in it. */
export const byState = (agents: readonly Agent[]): Agent[] =>
  AGENT_STATES.flatMap((state) => inState(agents, state));

/** The agents whose name or one of whose queues contains the text, in any case. */
export function findAgents(agents: readonly Agent[], text: string): Agent[] {
  const wanted = text.toLowerCase();
  const has = (name: string | null) => name?.toLowerCase().includes(wanted);
  return agents.filter(({ agent, queues }) => has(agent) || queues.some(({ queue }) => has(queue)));
}
