import type { DeliveriesWords } from "./words-pt.ts";

export const words: DeliveriesWords = {
  statuses: {
    new: "new",
    redelivered: "redelivered",
    late: "late",
    "out-of-order": "out of order",
    "unknown-type": "unknown type",
    refused: "refused",
    parked: "parked",
  },
  tips: {
    new: "Came once, in time and in order.",
    redelivered: "The same event came again: it is stored once.",
    late: "Came more than a minute after it happened.",
    "out-of-order": "Came after an event that stands behind it in the call.",
    "unknown-type": "Of a type that this release does not know: kept for later.",
    refused: "Without a call or an agent that it belongs to: kept for later.",
    parked: "Was accepted, and could not be read or stored.",
  },
  letterStatuses: { waiting: "waiting", redriven: "redriven", dropped: "dropped" },
  lateBy: (time) => `${time} later`,
  after: (event) => `after “${event}”`,
  copies: (count) => `${count} times`,
  redelivered: (times) => (times === 1 ? "redelivered once" : `redelivered ${times} times`),
  ofCall: (count) => (count === 1 ? "1 delivery" : `${count} deliveries`),
};
