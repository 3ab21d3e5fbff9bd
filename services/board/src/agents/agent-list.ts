import type { Agent, AgentState } from "@teravoz/protocol/client";

/** The states of agents, in the order of the page. */
export const AGENT_STATES = [
  "TALKING",
  "RINGING",
  "FREE",
  "PAUSED",
  "LOGGED_OUT",
  "UNKNOWN",
] as const satisfies readonly AgentState[];

/**
 * The agents in a state. The agent who has been in it longest comes first; agents without a time come
 * last, by name.
 */
export const inState = (agents: readonly Agent[], state: AgentState): Agent[] =>
  agents
    .filter((agent) => agent.state === state)
    .sort((one, other) => ((one.since ?? "~") < (other.since ?? "~") ? -1 : 1));

/** The agents by state, then by how long they have been in it. */
export const byState = (agents: readonly Agent[]): Agent[] =>
  AGENT_STATES.flatMap((state) => inState(agents, state));

/** Finds agents by a part of their name or of a queue's name; case does not matter. */
export function findAgents(agents: readonly Agent[], text: string): Agent[] {
  const wanted = text.toLowerCase();
  const has = (name: string | null) => name?.toLowerCase().includes(wanted);
  return agents.filter(({ agent, queues }) => has(agent) || queues.some(({ queue }) => has(queue)));
}
