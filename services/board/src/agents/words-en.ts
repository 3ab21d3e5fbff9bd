import type { AgentsWords } from "./words-pt.ts";

export const words: AgentsWords = {
  states: {
    TALKING: "talking",
    RINGING: "ringing",
    FREE: "free",
    PAUSED: "paused",
    LOGGED_OUT: "logged out",
    UNKNOWN: "unknown",
  },
  columns: {
    agent: "Agent",
    state: "State",
    since: "Time in state",
    reason: "Reason",
    queues: "Queues",
    taken: "Answered",
    missed: "Missed",
    meanTalk: "ATT",
  },
  tips: {
    taken: "Talks on inbound calls that the agent began in the period.",
    missed:
      "Rings of inbound calls that ended in the period without an answer, unless another agent answered at that moment.",
    meanTalk: "Mean duration of the agent's talks on inbound calls that ended in the period.",
  },
  find: "Agent or queue",
  none: "No agents yet. An agent appears here with the first log-in, pause or call.",
  nobodyFound: "No agent with this name or in this queue.",
  next: {
    PAUSED: "then paused",
    LOGGED_OUT: "then logged out",
    tip: "Received during the talk: it takes effect when the talk ends.",
  },
  unknownTip: "No event of this agent for 24 h: the agent is counted in no number.",
};
