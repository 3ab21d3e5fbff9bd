import { Command, Option } from "commander";
import { parseCount, withDoor } from "../admin-options.ts";

export type Filters = {
  reason?: string;
  type?: string;
  key?: string;
  status?: string;
  since?: string;
  until?: string;
};
export type Options = Filters & {
  url: string;
  token?: string;
  json?: boolean;
  limit: number;
  all?: boolean;
  dryRun?: boolean;
  yes?: boolean;
};

/** What each subcommand does; its answer is the exit code. */
export type Actions = {
  list(options: Options): Promise<number>;
  show(ids: string[], options: Options): Promise<number>;
  redrive(ids: string[], options: Options): Promise<number>;
  drop(ids: string[], options: Options): Promise<number>;
};

type Program = { env: NodeJS.ProcessEnv; actions: Actions; exit(code: number): void };

/** The command line of `dead-letters`. */
export function createDeadLettersCommand({ env, actions, exit }: Program): Command {
  const program = new Command("dead-letters")
    .description("What the gateway could not take: look at it, send it again, or drop it.")
    .addHelpText("after", EXAMPLES);
  const sub = (name: string, description: string) =>
    withDoor(program.command(name).description(description), env);
  withFilters(sub("list", "lists dead letters, newest first, without their bodies"))
    .option("--limit <n>", "at most so many", parseCount, 100)
    .action(async (options: Options) => exit(await actions.list(options)));
  sub("show <id...>", "shows dead letters with their bodies").action(
    async (ids: string[], options: Options) => exit(await actions.show(ids, options)),
  );
  withSelection(sub("redrive [id...]", "sends them once more the way they failed on")).action(
    async (ids: string[], options: Options, command: Command) => {
      demandSelection(command, ids, options);
      exit(await actions.redrive(ids, options));
    },
  );
  withSelection(sub("drop [id...]", "drops them for good, with their bodies"))
    .option("--yes", "drop more than one without being asked")
    .action(async (ids: string[], options: Options, command: Command) => {
      demandSelection(command, ids, options);
      exit(await actions.drop(ids, options));
    });
  return program;
}

const EXAMPLES = `
Examples:
  dead-letters list --status waiting
  dead-letters show 3f2a…                                     with its body
  dead-letters redrive --all --type call.imagined --dry-run   what a new release would take
  dead-letters redrive --all --type call.imagined
  dead-letters drop --all --reason not-avro --until 2026-01-31 --yes

What is redriven keeps the time it was first received, and is stored once however often it is sent.
Exits with 1 if anything was refused or could not be done.`;

const withFilters = (command: Command) =>
  command
    .option("--reason <reason>", "unprocessable, not-avro, unknown-schema, foreign-schema, unstorable")
    .option("--type <type>", "the type a JSON body names")
    .option("--key <key>", "the call_id or agent")
    .addOption(new Option("--status <status>", "how it stands").choices(["waiting", "redriven", "dropped"]))
    .option("--since <time>", "first seen at or after, as 2026-01-31 or 2026-01-31T12:00:00Z")
    .option("--until <time>", "first seen at or before");

const withSelection = (command: Command) =>
  withFilters(command)
    .option("--all", "all that the filters let through (--status waiting unless it says otherwise)")
    .option("--dry-run", "only say what would be done");

const FILTERS = ["reason", "type", "key", "status", "since", "until"] as const;

/** The filters that were given. */
export const filtersOf = (options: Options): Record<string, string> =>
  Object.fromEntries(FILTERS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));

function demandSelection(command: Command, ids: string[], options: Options): void {
  if (ids.length > 0 === (options.all === true)) command.error("error: give ids, or --all with filters");
  if (ids.length > 0 && Object.keys(filtersOf(options)).length > 0)
    command.error("error: filters go with --all, not with ids");
}
