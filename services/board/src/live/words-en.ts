import type { LiveWords } from "./words-pt.ts";

export const words: LiveWords = {
  cards: {
    waiting: "Waiting",
    longest: "Longest wait",
    ongoing: "In progress",
    free: "Free",
    serviceLevel: "Service level",
    abandoned: "Abandoned",
    outbound: "Outbound",
  },
  today: "today",
  lastMinutes: (minutes) => `${minutes} min`,
  queueColumns: {
    queue: "Queue",
    waiting: "Waiting",
    longest: "Longest",
    free: "Free",
    serviceLevel: "SL",
    meanWait: "ASA",
    offered: "Offered",
    abandoned: "Aband.",
  },
  tips: {
    waiting:
      "Inbound calls that are in a queue now and are not answered yet. Calls without an event for 4 h are not counted.",
    longest: "How long the oldest waiting call has waited.",
    ongoing: "Inbound calls in progress now.",
    free: "Agents who are logged in, are not talking, ringing or paused, and had an event in the last 24 h.",
    serviceLevel:
      "Answered within the queue's limit (20 s unless set) ÷ (answered with a known wait + abandoned − short abandons) in the period. Overflowed calls are in neither part: see “Queues”. “–” if there is nothing to count.",
    meanWait: "Mean known wait of the calls answered in the period, counted at the answer.",
    offered:
      "Entries into queues in the period. For whole calls: offered = answered + abandoned + overflowed + still waiting.",
    abandoned:
      "Visits to queues that ended in the period without an answer because the caller hung up, short abandons included (within 5 s unless set).",
    outbound:
      "Outbound calls in the period: placed (they began), connected (they reached “In progress”), dropped (the dialled person hung up in a queue), and the mean duration of the talks that ended. No other number here includes them.",
  },
  queues: "Queues",
  noQueues: "No calls yet today. Each queue appears here with its first waiting call.",
  nobodyWaits: "No caller is waiting now.",
  wait: "Wait",
  moreQueues: (count) => `the most urgent first; ${count.toLocaleString("en")} more in “Queues”`,
  moreWaiting: (count) => `${count.toLocaleString("en")} more with shorter waits`,
  traffic: { placed: "placed", connected: "connected", dropped: "dropped", mean_talk_ms: "ATT" },
};
