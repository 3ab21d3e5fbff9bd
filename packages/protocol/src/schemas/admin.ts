import * as z from "zod/mini";
import type { CallErasure, PersonErasure, Preview, PreviewResult } from "../types/admin.ts";
import { describe, shapeOf } from "./describe.ts";
import { flag, listOf, moment, momentOrNull, oneOf, text, whole, wholeOrNull } from "./values.ts";

const receipt = {
  requested_at: moment("The time of the last request for the erasure."),
  clean_at: momentOrNull("The time from which on the database holds nothing of it. Null until then."),
  log_clean_by: momentOrNull(
    "The time by which Kafka holds nothing of it. Null until the database is clean.",
  ),
};

const members = {
  mongodb_members: describe(
    z.exactOptional(z.int()),
    "The members of MongoDB, if there are several: each may keep rolled-back documents in files, see docs/operations.md.",
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
    clean: whole("The number of both that are clean."),
    ...members,
  }),
);

const previewResult = shapeOf<PreviewResult>()(
  "PreviewResult",
  "The extent of an erasure that was not requested yet.",
  z.object({
    calls: whole("The number of calls that would be erased."),
    all: whole("The number of all calls."),
    share: describe(z.number(), "The share of all calls, from 0 to 1."),
    events: whole("The number of events that would be erased."),
    first_at: momentOrNull("The reception of the first of them."),
    last_at: momentOrNull("The reception of the last of them."),
    dead_letters: whole("The number of dead letters that would be erased."),
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
    possible_total: whole("The number of all of these records."),
  }),
);

export const preview = shapeOf<Preview>()(
  "Preview",
  "A preview that runs, has ended or has failed.",
  z.union([
    z.object({
      state: z.literal("running"),
      done: whole("The number of documents that were read."),
      total: whole("The approximate number of all documents."),
    }),
    z.object({
      state: z.literal("done"),
      finished_at: moment("The end of the preview."),
      result: previewResult,
    }),
    z.object({
      state: z.literal("failed"),
      finished_at: moment("The end of the preview."),
      message: text("The reason."),
    }),
  ]),
);
