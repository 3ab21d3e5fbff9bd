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
    new: "Arrived once, on time and in order.",
    redelivered: "The same event arrived again: it is stored once.",
    late: "Arrived more than a minute after it happened.",
    "out-of-order": "Arrived after an event that follows it in the call.",
    "unknown-type": "This release does not know the type: the event is kept for later.",
    refused: "Belongs to no call and to no agent: the event is kept for later.",
    parked: "Was accepted, but could not be read or stored.",
  },
  letterStatuses: { waiting: "waiting", redriven: "redriven", dropped: "dropped" },
  lateBy: (time) => `${time} late`,
  after: (event) => `after “${event}”`,
  copies: (count) => `${count} times`,
  redelivered: (times) => (times === 1 ? "redelivered once" : `redelivered ${times} times`),
  ofCall: (count) => (count === 1 ? "1 delivery" : `${count} deliveries`),
};
