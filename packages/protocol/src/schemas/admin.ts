import * as z from "zod/mini";
import type { CallErasure, PersonErasure, Preview, PreviewResult } from "../types/admin.ts";
import { describe, shapeOf } from "./describe.ts";
import { flag, listOf, moment, momentOrNull, oneOf, text, whole, wholeOrNull } from "./values.ts";

const receipt = {
  requested_at: moment("When the erasure was last asked for."),
  clean_at: momentOrNull("When the database held nothing of it any more. Null until then."),
  log_clean_by: momentOrNull("By when Kafka holds nothing of it any more. Null until the database is clean."),
};

const members = {
  mongodb_members: describe(
    z.exactOptional(z.int()),
    "The members of MongoDB, if there are several: each may keep rolled-back documents in files, see the README.",
  ),
};

export const callErasure = shapeOf<CallErasure>()(
  "CallErasure",
  "The receipt of a call's erasure.",
  z.object({ ...receipt, ...members }),
);

export const personErasure = shapeOf<PersonErasure>()(
  "PersonErasure",
  "The receipt of a person's erasure.",
  z.object({
    ...receipt,
    calls: whole("The calls that were found."),
    agents: whole("The agents' keys that were found."),
    clean: whole("How many of both are clean."),
    ...members,
  }),
);

const previewResult = shapeOf<PreviewResult>()(
  "PreviewResult",
  "The extent of an erasure that was not asked for yet.",
  z.object({
    calls: whole("The calls that would go."),
    all: whole("All calls."),
    share: describe(z.number(), "The part of all calls, from 0 to 1."),
    events: whole("The events that would go."),
    first_at: momentOrNull("When the first of them was received."),
    last_at: momentOrNull("When the last of them was received."),
    dead_letters: whole("The dead letters that would go."),
    is_ours: flag("True if the number is one of the account's own."),
    confirm: wholeOrNull("The value of `confirm` that the erasure needs. Null if it needs none."),
    confirm_possible: wholeOrNull("The same for an erasure with `include=possible`."),
    possible: listOf(
      z.object({
        kind: oneOf(["call", "event", "dead-letter"], "The kind of record."),
        key: text("The call_id, the uuid of the event or the id of the dead letter."),
      }),
      "Records that are only possibly about the person, at most 1,000.",
    ),
    possible_total: whole("How many such records there are."),
  }),
);

export const preview = shapeOf<Preview>()(
  "Preview",
  "A preview that runs, has ended or has failed.",
  z.union([
    z.object({
      state: z.literal("running"),
      done: whole("Documents that were read."),
      total: whole("Documents that there are, about."),
    }),
    z.object({
      state: z.literal("done"),
      finished_at: moment("When it ended."),
      result: previewResult,
    }),
    z.object({
      state: z.literal("failed"),
      finished_at: moment("When it ended."),
      message: text("The reason."),
    }),
  ]),
);
