import { pastCollection } from "@teravoz/store";
import { Command, InvalidArgumentError, Option } from "commander";

export type RebuildOptions = { dryRun?: true; until?: Date; into?: string; adoptRules?: true };

/** Creates the command line of `rebuild:calls`. */
export function createRebuildCommand(now: () => Date): Command {
  const command = new Command("rebuild:calls")
    .description(
      "Folds every call again from its events and replaces calls that differ, while the services run.\nIt may be stopped and run again at any time.",
    )
    .option("--dry-run", "change nothing, only show the differences")
    .option(
      "--until <time>",
      "write the calls as they were known at this time (ISO 8601, with Z or an offset); needs --into",
      (text) => parseMoment(text, now()),
    )
    .option(
      "--into <name>",
      "with --until: the collection past_<name> to write to; its earlier content is replaced",
      parseName,
    )
    .option(
      "--adopt-rules",
      "fold every call by ACCOUNT_REGION and SENDER_TIME_ZONE from now on; stop the projectors first, and set both for all services",
    )
    .addOption(new Option("--adopt-region").implies({ adoptRules: true }).hideHelp())
    .addHelpText("after", EXAMPLES);
  return command.action(({ dryRun, until, into, adoptRules }: RebuildOptions) => {
    if ((until === undefined) !== (into === undefined))
      command.error("error: --until and --into must be used together");
    if (adoptRules && (dryRun || until))
      command.error("error: --adopt-rules changes every call: it cannot be used with --dry-run or --until");
    if (dryRun && until) command.error("error: --dry-run cannot be used with --until, which changes no call");
  });
}

const EXAMPLES = `
Examples:
  rebuild:calls --dry-run                                         show the differences by kind
  rebuild:calls                                                   replace the calls that differ
  rebuild:calls --until 2026-03-01T12:00:00Z --into march_first   write the calls as they were known at noon

Uses KAFKA_…, SCHEMA_REGISTRY_…, MONGODB_URI, TOPIC_PREFIX, ACCOUNT_REGION and SENDER_TIME_ZONE as the projector does.
Exits with 0 if it has finished, 1 if it failed, 130 if it was interrupted.`;

/** Reads a time. It must have a time zone, because the zone of this machine may not be the intended one. */
function parseMoment(text: string, now: Date): Date {
  const moment = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:?\d\d)$/.test(text) || Number.isNaN(moment.getTime()))
    throw new InvalidArgumentError("must be a time like 2026-03-01T12:00:00Z or 2026-03-01T09:00:00-03:00.");
  if (moment > now) throw new InvalidArgumentError("must not be in the future.");
  return moment;
}

function parseName(text: string): string {
  if (pastCollection(text) === null)
    throw new InvalidArgumentError(
      "must have at most 40 letters, digits, _ and - only, and begin with a letter or digit.",
    );
  return text;
}
