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
      "Inbound calls that are in a queue now and not answered yet. Calls without an event for 4 h do not count.",
    longest: "How long the oldest of the waiting calls has waited.",
    ongoing: "Inbound calls in progress now.",
    free: "Agents who are logged in and neither talking, nor ringing, nor paused, and heard of in the last 24 h.",
    serviceLevel:
      "Answered within the queue's limit (20 s unless set) ÷ (answered with a known wait + abandoned − short abandons) in the window. Overflowed are in neither: see “Queues”. “–” if there is nothing to count.",
    meanWait: "Mean of the known waits of those answered in the window, counted at the answer.",
    offered:
      "Entries into queues in the window. Over whole calls: offered = answered + abandoned + overflowed + those that still wait.",
    abandoned:
      "Visits to queues that ended in the window without an answer because the caller hung up, short abandons included (within 5 s unless set).",
    outbound:
      "Outbound calls of the window: placed (they began), connected (they reached “In progress”), dropped (the dialled person hung up in a queue), and the mean of the talks that ended. No other number here counts them.",
  },
  queues: "Queues",
  noQueues: "No call yet today. Each queue appears here with the first one that waits in it.",
  nobodyWaits: "Nobody is waiting now.",
  wait: "Wait",
  moreQueues: (count) => `the most urgent first; ${count.toLocaleString("en")} more in “Queues”`,
  moreWaiting: (count) => `${count.toLocaleString("en")} more have waited for less time`,
  traffic: { placed: "placed", connected: "connected", dropped: "dropped", mean_talk_ms: "ATT" },
};
