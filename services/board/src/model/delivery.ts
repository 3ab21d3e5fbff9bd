/** The possible statuses of a delivery. The last three are those of deliveries that became no event. */
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

/** A delivery as ListDeliveries sends it; times are ISO 8601. */
export type Delivery = {
  /** The uuid of an event, or the id of a dead letter. */
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
