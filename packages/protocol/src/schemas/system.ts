import * as z from "zod/mini";
import type { Lag, SystemReport } from "../types/system.ts";
import { describe, shapeOf } from "./describe.ts";
import { counts, flag, listOf, moment, oneOf, text, textOrNull, whole } from "./values.ts";

const instance = shapeOf<SystemReport["instances"][number]>()(
  "Instance",
  "One instance of a service.",
  z.object({
    service: text("The service."),
    instance: text("The name of the instance."),
    started_at: moment("When it started, by its own clock."),
    version: text("The release."),
    installation: text('The id of the installation that its database belongs to; "" if it has no database.'),
    failing: listOf(
      z.object({
        name: text("The check."),
        reason: text("Why it fails."),
        tolerated: flag("True if the instance does its job all the same."),
      }),
      "The checks of /readyz that fail.",
    ),
    figures: counts("Whole numbers by name, with the unit in the name."),
    standing: oneOf(
      ["ready", "unready", "stopped", "silent"],
      "The state of the instance. A silent one missed three reports.",
    ),
    since: moment("Since when it is in this state. For a silent instance this is its last status."),
    heard_at: moment("When its last status was received."),
    foreign: flag("True if its database belongs to another installation."),
  }),
);

const lag = shapeOf<Lag>()(
  "Lag",
  "How far the projector is behind.",
  z.object({
    records: whole("Events that are acknowledged and not stored yet."),
    waited_ms: whole("The oldest of them has waited for at least this long."),
    partitions: listOf(
      z.object({
        topic: text("The topic."),
        partition: whole("The partition."),
        records: whole("Events that are not stored yet."),
        waited_ms: whole("The oldest of them has waited for at least this long."),
      }),
      "The partitions.",
    ),
  }),
);

const nameCount = z.object({
  name: text("The name, without numbers and secrets."),
  count: whole("How often."),
  last: moment("The last time."),
});

export const systemReport = shapeOf<SystemReport>()(
  "SystemReport",
  "The state of the gateway itself.",
  z.object({
    now: moment("The server's time."),
    hears: flag("False while this server hears no statuses: then all others seem silent."),
    installation: text('The id of the installation; "" until it is known.'),
    instances: listOf(instance, "The instances by service and name."),
    missing: listOf(z.string(), "Services without an instance of this installation."),
    lag: describe(z.nullable(lag), "Null if it is unknown."),
    lag_unknown: textOrNull("Why the lag is unknown."),
    rates: describe(
      z.nullable(z.array(z.object({ minute: moment("The minute."), events: whole("Events stored in it.") }))),
      "Events stored by minute, without the minutes that had none. Null while the database is away.",
    ),
    refusals: listOf(
      z.object({
        minute: moment("The minute."),
        status: whole("The HTTP status."),
        count: whole("How many answers."),
      }),
      "Answers of the webhook other than success, by minute and HTTP status.",
    ),
    accepted: whole("Answers of the webhook that were a success."),
    wrong_paths: listOf(
      nameCount,
      "Posts at wrong addresses in the last hour, by the first segment of the path.",
    ),
    refused_origins: listOf(nameCount, "Pages that were not allowed to connect in the last hour, by origin."),
  }),
);
