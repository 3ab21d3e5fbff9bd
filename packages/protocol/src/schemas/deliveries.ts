import { DELIVERY_STATUSES, type DeadLetter } from "@teravoz/domain/deliveries";
import * as z from "zod/mini";
import type { DeadLetterText, DeliveryBody, DeliveryReport, DeliveryRow } from "../types/deliveries.ts";
import { describe, shapeOf } from "./describe.ts";
import { flag, listOf, moment, momentOrNull, oneOf, oneOfOrNull, text, textOrNull, whole } from "./values.ts";

export const DEAD_LETTER_STATES = ["waiting", "redriven", "dropped"] as const;

const row = shapeOf<DeliveryRow>()(
  "Delivery",
  "A delivery to the webhook, without its body.",
  z.object({
    id: text("The uuid of an event, or the id of a dead letter."),
    kind: oneOf(["call", "agent", "letter"], "An event of a call, an event of an agent, or a dead letter."),
    key: textOrNull("The call_id or the agent's key, if it is known."),
    type: textOrNull("The event type, if it is known."),
    received_at: moment("The time at which the webhook first received it."),
    occurred_at: momentOrNull("The time of the event, by the sender's clock."),
    answer: describe(
      z.literal([200, 422]),
      "The HTTP status that the sender got. A record that was parked later got 200.",
    ),
    statuses: listOf(z.enum(DELIVERY_STATUSES), "The statuses that apply; `new` if no other does."),
    redeliveries: whole("The number of redeliveries."),
    overtaken_by: textOrNull(
      "The type of an event that was received before this one and comes after it in the call.",
    ),
    letter: describe(
      z.nullable(
        z.object({
          reason: text("The reason why it did not become an event."),
          service: text("The service that refused it."),
          status: oneOf(
            DEAD_LETTER_STATES,
            "The status: it waits for an operator, was redriven or was dropped.",
          ),
          status_at: moment("The time of the last change of the status."),
          last_seen: moment("The time of the last reception."),
        }),
      ),
      "The dead letter. Null for an event.",
    ),
  }),
);

export const deliveryReport = shapeOf<DeliveryReport>()(
  "DeliveryReport",
  "The deliveries to the webhook and the result of each.",
  z.object({
    now: moment("The server's time."),
    redrive: flag("True if this server can send dead letters again (setting `ADMIN_TOKEN`)."),
    deliveries: listOf(row, "The deliveries, newest first."),
  }),
);

const body = {
  encoding: oneOfOrNull(["utf8", "base64"], "base64 if the body is not UTF-8. Null if there is no body."),
  body: textOrNull("The body. Null if it was dropped or the id is unknown."),
};

export const deliveryBody = shapeOf<DeliveryBody>()(
  "DeliveryBody",
  "The body of one delivery.",
  z.object({ id: text("The requested id."), ...body }),
);

const deadLetterFields = {
  id: text("The SHA-256 of the body's bytes in hex."),
  key: textOrNull("The call_id or the agent's key, if it is known."),
  type: textOrNull("The `type` of a JSON body."),
  reason: text("The reason why it did not become an event."),
  service: text("The service that refused it."),
  first_seen: moment("The time of the first reception."),
  last_seen: moment("The time of the last reception."),
  source: describe(
    z.nullable(
      z.object({
        topic: text("The topic."),
        partition: whole("The partition."),
        offset: whole("The offset."),
      }),
    ),
    "The record that a consumer parked. Null if ingest refused the body.",
  ),
  copies: whole("The number of times that this body was received."),
  status: oneOf(DEAD_LETTER_STATES, "The status: it waits for an operator, was redriven or was dropped."),
  status_at: moment("The time of the last change of the status."),
};

export const deadLetter = shapeOf<DeadLetter>()(
  "DeadLetter",
  "All arrivals of one body that could not become an event.",
  z.object(deadLetterFields),
);

export const deadLetterText = shapeOf<DeadLetterText>()(
  "DeadLetterWithBody",
  "A dead letter with its body.",
  z.object({ ...deadLetterFields, ...body }),
);
