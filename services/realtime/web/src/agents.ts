/** UNKNOWN: only calls name the agent, so nobody knows whether they are there. */
export const AGENT_STATES = ["TALKING", "RINGING", "FREE", "PAUSED", "LOGGED_OUT", "UNKNOWN"] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** As realtime counts an agent; times are ISO 8601. */
export type Agent = {
  agent: string;
  state: AgentState;
  since: string | null;
  reason: string | null;
  queues: { queue: string | null; paused: boolean }[];
  call_id: string | null;
  taken: number;
  missed: number;
  mean_talk_ms: number | null;
};

/** Who is in a state, the longest first; names come sorted and keep their order where nothing tells. */
export const inState = (agents: readonly Agent[], state: AgentState): Agent[] =>
  agents
    .filter((agent) => agent.state === state)
    .sort((one, other) => ((one.since ?? "~") < (other.since ?? "~") ? -1 : 1));

/** By state, then by how long. */
export const byState = (agents: readonly Agent[]): Agent[] =>
  AGENT_STATES.flatMap((state) => inState(agents, state));

/** Whose name or one of whose queues has the text in it, whatever its case. */
export function findAgents(agents: readonly Agent[], text: string): Agent[] {
  const wanted = text.toLowerCase();
  const has = (name: string | null) => name?.toLowerCase().includes(wanted);
  return agents.filter(({ agent, queues }) => has(agent) || queues.some(({ queue }) => has(queue)));
}
