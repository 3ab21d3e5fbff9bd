import * as z from "zod/mini";
import { annotate, describe } from "./describe.ts";
import { flag, oneOf, text, whole } from "./values.ts";

// the bodies of HTTP answers

export const ok = <S extends z.ZodMiniType>(data: S) => z.object({ status: z.literal("ok"), data });

const faults = describe(
  z.array(
    z.object({
      path: text('The parameter or the field of the body that is wrong; "" for the whole request.'),
      message: text("The reason."),
    }),
  ),
  "The faults, one entry each.",
);

/** The body of every error. */
export const problem = annotate(z.object({ status: z.literal("error"), errors: faults }), {
  id: "Problem",
  description: "An error.",
});

export const unconfirmed = z.object({
  status: z.literal("error"),
  errors: faults,
  calls: whole("The number of calls that would be erased."),
});

export const webhookAnswer = ok(
  z.object({
    uuid: text("The identity of the event: two deliveries with the same uuid are the same event."),
    aggregate_id: text("The call_id, or the agent's key."),
    event: describe(
      z.record(z.string(), z.unknown()),
      "The body exactly as it was received, digit for digit.",
    ),
  }),
);

export const webhookProbe = ok(
  z.object({ accepts: text("The method and the headers that the address takes.") }),
);

export const alive = z.object({ status: z.literal("ok") });

export const health = z.object({
  status: oneOf(["ok", "unavailable"], "unavailable if a check fails that is not tolerated."),
  checks: describe(
    z.record(
      z.string(),
      z.object({
        ok: flag("True if the check passes."),
        reason: describe(z.exactOptional(z.string()), "The reason why it fails."),
        tolerated: describe(z.exactOptional(z.boolean()), "True if the service can do its job nevertheless."),
      }),
    ),
    "The checks by name.",
  ),
});
