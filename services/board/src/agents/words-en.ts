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
    since: "For",
    reason: "Reason",
    queues: "Queues",
    taken: "Taken",
    missed: "Missed",
    meanTalk: "ATT",
  },
  tips: {
    taken: "Talks on inbound calls that the agent began in the window.",
    missed:
      "Rings of inbound calls that ended in the window without an answer, unless another agent answered at that moment.",
    meanTalk: "Mean of the agent's talks on inbound calls that ended in the window.",
  },
  find: "Agent or queue",
  none: "No agents yet. Each appears here with the first log-in, pause or call.",
  nobodyFound: "No agent of this name or in this queue.",
  next: {
    PAUSED: "then paused",
    LOGGED_OUT: "then logged out",
    tip: "Received during the talk: it counts from its end.",
  },
  unknownTip: "Nothing heard of this agent for 24 h: counted in no number.",
};
