/** FREE is available. UNKNOWN: nothing was heard of the agent for 24 h. */
export const AGENT_STATES = ["TALKING", "RINGING", "FREE", "PAUSED", "LOGGED_OUT", "UNKNOWN"] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** An agent as realtime counts it; times are ISO 8601. */
export type Agent = {
  agent: string;
  state: AgentState;
  since: string | null;
  /** A pause or a log-out that was received during the talk: it counts from its end. */
  next_state: "PAUSED" | "LOGGED_OUT" | null;
  reason: string | null;
  queues: { queue: string | null; paused: boolean }[];
  call_id: string | null;
  taken: number;
  missed: number;
  mean_talk_ms: number | null;
};

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
