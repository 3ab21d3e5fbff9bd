import type { CallsWords } from "./words-pt.ts";

export const words: CallsWords = {
  presumedLost: "no event for 4 h",
  search: "Number, agent, queue, code or call_id",
  exportAs: (format) => `Export as ${format}`,
  exporting: (count) => `Exporting… ${count}`,
  exportFailed: "The export stopped before the end. Try again.",
  nothingFound:
    "Nothing found. Search for a number or a part of one (4 digits or more), an agent, a queue's number or name, a code or a call_id.",
  searchCut: "The search stopped early: there are too many matches. Type more of the number or the name.",
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
  wrongOrder: "The end must be after the start.",
  count: (count, progress) => {
    const calls = count === 1 ? "1 call" : `${count.toLocaleString("en")} calls`;
    if (progress === "reading") return `${calls}, loading the rest…`;
    return progress === "cut" ? `the latest ${count.toLocaleString("en")}` : calls;
  },
  emptyPeriod: "No calls in this period. The next one appears here automatically.",
  showAll: "See all periods",
  directions: { inbound: "inbound", outbound: "outbound", internal: "internal" },
  empty: "No calls yet. Each TeraVoz call appears here as soon as its first event arrives.",
  emptyState: "No calls in this state now. The next one appears here automatically.",
  filter: "Filter by state",
  seeAllOfNumber: "See all calls of this number",
};
