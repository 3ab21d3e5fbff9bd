/** What a delivery may be; the last three are of what became no event. */
export const STATUSES = [
  "new",
  "redelivered",
  "late",
  "out-of-order",
  "unknown-type",
  "refused",
  "parked",
] as const;
export type DeliveryStatus = (typeof STATUSES)[number];

export type DeadLetter = {
  reason: string;
  service: string;
  status: "waiting" | "redriven" | "dropped";
  status_at: string;
  last_seen: string;
};

/** As ListDeliveries gives them; times are ISO 8601. */
export type Delivery = {
  /** The uuid of an event, the id of a dead letter. */
  id: string;
  kind: "call" | "agent" | "letter";
  key: string | null;
  type: string | null;
  received_at: string;
  occurred_at: string | null;
  answer: number;
  statuses: DeliveryStatus[];
  redeliveries: number;
  overtaken_by: string | null;
  letter: DeadLetter | null;
};
