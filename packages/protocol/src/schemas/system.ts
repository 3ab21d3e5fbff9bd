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
    started_at: moment("The time of its start, by its own clock."),
    version: text("The release."),
    installation: text('The id of the installation that its database belongs to; "" if it has no database.'),
    failing: listOf(
      z.object({
        name: text("The check."),
        reason: text("The reason why it fails."),
        tolerated: flag("True if the instance does its job nevertheless."),
      }),
      "The checks of /readyz that fail.",
    ),
    figures: counts("Whole numbers by name, with the unit in the name."),
    standing: oneOf(
      ["ready", "unready", "stopped", "silent"],
      "The state of the instance. A silent instance has missed three reports.",
    ),
    since: moment("The beginning of this state. For a silent instance, the time of its last status."),
    heard_at: moment("The reception of its last status."),
    foreign: flag("True if its database belongs to another installation."),
  }),
);

const lag = shapeOf<Lag>()(
  "Lag",
  "The lag of the projector.",
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
  count: whole("The number of refused requests."),
  last: moment("The time of the last one."),
});

export const systemReport = shapeOf<SystemReport>()(
  "SystemReport",
  "The state of the gateway itself.",
  z.object({
    now: moment("The server's time."),
    hears: flag("False while this server receives no statuses. All other instances then appear silent."),
    installation: text('The id of the installation; "" until it is known.'),
    instances: listOf(instance, "The instances by service and name."),
    missing: listOf(z.string(), "Services without an instance of this installation."),
    lag: describe(z.nullable(lag), "Null if it is unknown."),
    lag_unknown: textOrNull("The reason why the lag is unknown."),
    rates: describe(
      z.nullable(z.array(z.object({ minute: moment("The minute."), events: whole("Events stored in it.") }))),
      "Events stored by minute, without the minutes that had none. Null while the database cannot be reached.",
    ),
    refusals: listOf(
      z.object({
        minute: moment("The minute."),
        status: whole("The HTTP status."),
        count: whole("The number of answers."),
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
