import type { CallsWords } from "./words-pt.ts";

export const words: CallsWords = {
  presumedLost: "no event for 4 h",
  search: "Number, agent, queue, code or call_id",
  exportAs: (format) => `Export as ${format}`,
  exporting: (count) => `Exporting… ${count}`,
  exportFailed: "The export broke off: try again.",
  nothingFound:
    "Nothing found. Search for a number or a part of one (4 digits or more), an agent, a queue's number or name, a code or a call_id.",
  searchCut: "The search was cut off: it matches too much. Type more of the number or the name.",
  states: {
    NEW: "New",
    STANDBY: "Routing",
    WAITING: "Waiting",
    ONGOING: "In progress",
    FINISHED: "Finished",
  },
  columns: {
    state: "State",
    from: "From",
    to: "To",
    queue: "Queue",
    agent: "Agent",
    began: "Began",
    age: "Duration",
  },
  periods: { today: "today", last30: "30 min", yesterday: "yesterday", last7: "7 days", all: "all" },
  own: "from … to",
  from: "From",
  to: "to",
  wrongOrder: "The end must come after the begin.",
  count: (count, progress) => {
    const calls = count === 1 ? "1 call" : `${count.toLocaleString("en")} calls`;
    if (progress === "reading") return `${calls}, reading the rest…`;
    return progress === "cut" ? `the latest ${count.toLocaleString("en")}` : calls;
  },
  emptyPeriod: "No call in this period. The next one appears here by itself.",
  showAll: "See all periods",
  directions: { inbound: "inbound", outbound: "outbound", internal: "internal" },
  empty: "No calls yet. Each call of TeraVoz appears here as soon as its first event arrives.",
  emptyState: "No call is in this state now. The next one appears here by itself.",
  filter: "Filter by state",
  seeAllOfNumber: "See all of this number",
};
