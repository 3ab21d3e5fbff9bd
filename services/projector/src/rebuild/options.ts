import { pastCollection } from "@teravoz/store";
import { Command, InvalidArgumentError, Option } from "commander";

export type RebuildOptions = { dryRun?: true; until?: Date; into?: string; adoptRules?: true };

/** The command line of `rebuild:calls`. */
export function createRebuildCommand(now: () => Date): Command {
  const command = new Command("rebuild:calls")
    .description(
      "Makes every call anew from its events and replaces what differs, while the services go on.\nSafe to stop, and to run again, at any time.",
    )
    .option("--dry-run", "change nothing, only say what differs")
    .option(
      "--until <time>",
      "the calls as they were known then (ISO 8601, with Z or offset); needs --into",
      (text) => parseMoment(text, now()),
    )
    .option(
      "--into <name>",
      "with --until: writes them to collection past_<name>, replaced as a whole",
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
      command.error("error: --until and --into need each other");
    if (adoptRules && (dryRun || until))
      command.error("error: --adopt-rules changes every call: it is not for --dry-run or --until");
    if (dryRun && until) command.error("error: --dry-run is not for --until: it changes no call");
  });
}

const EXAMPLES = `
Examples:
  rebuild:calls --dry-run                                         what differs, by kind
  rebuild:calls                                                   put it right
  rebuild:calls --until 2026-03-01T12:00:00Z --into march_first   what was known at noon

Uses KAFKA_…, SCHEMA_REGISTRY_…, MONGODB_URI, TOPIC_PREFIX, ACCOUNT_REGION and SENDER_TIME_ZONE as the projector does.
Exits with 0 when it is through, 1 when it could not, 130 when it was stopped before the end.`;

/** A time zone must be said: the machine's own would be a guess. */
function parseMoment(text: string, now: Date): Date {
  const moment = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:?\d\d)$/.test(text) || Number.isNaN(moment.getTime()))
    throw new InvalidArgumentError("must be a time like 2026-03-01T12:00:00Z or 2026-03-01T09:00:00-03:00.");
  if (moment > now) throw new InvalidArgumentError("lies ahead: nobody knows yet.");
  return moment;
}

function parseName(text: string): string {
  if (pastCollection(text) === null)
    throw new InvalidArgumentError("letters, digits, _ and - only, at most 40, the first a letter or digit.");
  return text;
}
