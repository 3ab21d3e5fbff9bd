import type { DeadLetter, DeadLetterStatus, DeliveryStatus } from "@teravoz/domain/deliveries";
import type { EventKind } from "@teravoz/domain/event";

/** One delivery to the webhook, without its body. */
export type DeliveryRow = {
  /** The uuid of an event, the id of a dead letter. */
  id: string;
  kind: EventKind | "letter";
  /** The call_id or the agent's key, if it is known. */
  key: string | null;
  type: string | null;
  received_at: Date;
  occurred_at: Date | null;
  /** The HTTP status that the sender got. A record that a consumer parked later got 200. */
  answer: 200 | 422;
  statuses: DeliveryStatus[];
  /** The number of redeliveries. */
  redeliveries: number;
  /** The type of an event that was received before this one and comes after it in the call. */
  overtaken_by: string | null;
  letter: {
    reason: string;
    service: string;
    status: DeadLetterStatus;
    status_at: Date;
    last_seen: Date;
  } | null;
};

export type DeliveryReport = {
  now: Date;
  /** True if this server can send dead letters again. */
  redrive: boolean;
  deliveries: DeliveryRow[];
};

/** A body as text. `encoding` is base64 if the body is not UTF-8. Both are null if the body was dropped. */
export type BodyText = { encoding: "utf8" | "base64" | null; body: string | null };

export type DeliveryBody = { id: string } & BodyText;

/** A dead letter with its body. */
export type DeadLetterText = DeadLetter & BodyText;
