import type { DetailsWords } from "./words-pt.ts";

export const words: DetailsWords = {
  call: "Call",
  events: "Events",
  direction: "Direction",
  began: "Began",
  answered: "Answered",
  abandonedAt: "Abandoned at",
  ended: "Ended",
  cameBefore: (early, late, by) => `“${early}” arrived before “${late}”${by ? ` (${by})` : ""}.`,
  unreadable: "The events cannot be read. Trying again…",
  moreEvents: "There are more events than are shown here.",
  erased: "This call was erased.",
  notes: {
    noBeginning: (first) => `The start of the call did not arrive: the first event is “${first}”.`,
    answeredWithoutWait:
      "Answered in a queue without an earlier “Waiting”: it counts as answered, with an unknown wait.",
    waitedWithoutAnswer: "The agent left, but neither “Agent answered” nor “In progress” has arrived.",
    quiet: (length) => `${length} without an event.`,
  },
};
