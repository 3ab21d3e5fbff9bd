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
    key: textOrNull("The call_id or the agent's key, where it is known."),
    type: textOrNull("The event type, where it is known."),
    received_at: moment("When the webhook received it first."),
    occurred_at: momentOrNull("When it happened, by the sender's clock."),
    answer: describe(
      z.literal([200, 422]),
      "The HTTP status that the sender got. A parked record had been answered 200.",
    ),
    statuses: listOf(z.enum(DELIVERY_STATUSES), "The statuses that apply; `new` if no other does."),
    redeliveries: whole("How often the same event came again."),
    overtaken_by: textOrNull(
      "The type of an event that came before this one and stands after it in the call.",
    ),
    letter: describe(
      z.nullable(
        z.object({
          reason: text("Why it became no event."),
          service: text("The service that refused it."),
          status: oneOf(DEAD_LETTER_STATES, "Whether it still waits for an operator."),
          status_at: moment("When the status last changed."),
          last_seen: moment("When it was received last."),
        }),
      ),
      "The dead letter. Null for an event.",
    ),
  }),
);

export const deliveryReport = shapeOf<DeliveryReport>()(
  "DeliveryReport",
  "The deliveries to the webhook and the fate of each.",
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
  z.object({ id: text("The id that was asked for."), ...body }),
);

const deadLetterFields = {
  id: text("The SHA-256 of the body's bytes in hex."),
  key: textOrNull("The call_id or the agent's key, where it is known."),
  type: textOrNull("The `type` of a JSON body."),
  reason: text("Why it became no event."),
  service: text("The service that refused it."),
  first_seen: moment("When it was received first."),
  last_seen: moment("When it was received last."),
  source: describe(
    z.nullable(
      z.object({
        topic: text("The topic."),
        partition: whole("The partition."),
        offset: whole("The offset."),
      }),
    ),
    "The record that a consumer parked. Null for what ingest refused.",
  ),
  copies: whole("How often this body was received."),
  status: oneOf(DEAD_LETTER_STATES, "Whether it still waits for an operator."),
  status_at: moment("When the status last changed."),
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
