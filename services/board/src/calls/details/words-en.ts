import type { DetailsWords } from "./words-pt.ts";

export const words: DetailsWords = {
  call: "Call",
  events: "Events",
  direction: "Direction",
  began: "Began",
  answered: "Answered",
  abandonedAt: "Gave up at",
  ended: "Ended",
  cameBefore: (early, late, by) => `“${early}” came before “${late}”${by ? ` (${by})` : ""}.`,
  unreadable: "The events cannot be read. Trying again…",
  moreEvents: "There are more events than are shown here.",
  erased: "This call was erased.",
  notes: {
    noBeginning: (first) => `The beginning did not arrive: the first event is “${first}”.`,
    answeredWithoutWait:
      "Answered in a queue without a “Waiting” before: it counts as answered, with an unknown wait.",
    waitedWithoutAnswer: "The agent left, and neither “Agent answered” nor “In progress” has arrived.",
    quiet: (length) => `${length} without an event.`,
  },
};
