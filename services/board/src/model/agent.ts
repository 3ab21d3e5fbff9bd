/** FREE means available. UNKNOWN means that no event of the agent came for 24 h. */
export const AGENT_STATES = ["TALKING", "RINGING", "FREE", "PAUSED", "LOGGED_OUT", "UNKNOWN"] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** An agent as realtime counts it; times are ISO 8601. */
export type Agent = {
  agent: string;
  state: AgentState;
  since: string | null;
  /** A pause or a log-out that was received during a talk: it counts from the end of the talk. */
  next_state: "PAUSED" | "LOGGED_OUT" | null;
  reason: string | null;
  queues: { queue: string | null; paused: boolean }[];
  call_id: string | null;
  taken: number;
  missed: number;
  mean_talk_ms: number | null;
};
