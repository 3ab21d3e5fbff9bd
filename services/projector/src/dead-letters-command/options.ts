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

/** The subcommands. Each resolves with the exit code. */
export type Actions = {
  list(options: Options): Promise<number>;
  show(ids: string[], options: Options): Promise<number>;
  redrive(ids: string[], options: Options): Promise<number>;
  drop(ids: string[], options: Options): Promise<number>;
};

type Program = { env: NodeJS.ProcessEnv; actions: Actions; exit(code: number): void };

/** Creates the command line of `dead-letters`. */
export function createDeadLettersCommand({ env, actions, exit }: Program): Command {
  const program = new Command("dead-letters")
    .description("Shows, redrives or drops dead letters: data that the gateway could not process.")
    .addHelpText("after", EXAMPLES);
  const sub = (name: string, description: string) =>
    withDoor(program.command(name).description(description), env);
  withFilters(sub("list", "lists dead letters, newest first, without their bodies"))
    .option("--limit <n>", "the most dead letters to list", parseCount, 100)
    .action(async (options: Options) => exit(await actions.list(options)));
  sub("show <id...>", "shows dead letters with their bodies").action(
    async (ids: string[], options: Options) => exit(await actions.show(ids, options)),
  );
  withSelection(sub("redrive [id...]", "sends dead letters again on the path on which they failed")).action(
    async (ids: string[], options: Options, command: Command) => {
      demandSelection(command, ids, options);
      exit(await actions.redrive(ids, options));
    },
  );
  withSelection(sub("drop [id...]", "drops dead letters with their bodies, which cannot be undone"))
    .option("--yes", "confirm that more than one is dropped")
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
  dead-letters redrive --all --type call.imagined --dry-run   which ones a new release would accept
  dead-letters redrive --all --type call.imagined
  dead-letters drop --all --reason not-avro --until 2026-01-31 --yes

A redriven event keeps the time of its first reception, and is stored once, however often it is redriven.
Exits with 1 if a dead letter was refused or a request failed.`;

const withFilters = (command: Command) =>
  command
    .option("--reason <reason>", "unprocessable, not-avro, unknown-schema, foreign-schema, unstorable")
    .option("--type <type>", "the type that a JSON body names")
    .option("--key <key>", "the call_id or agent")
    .addOption(new Option("--status <status>", "the status").choices(["waiting", "redriven", "dropped"]))
    .option(
      "--since <time>",
      "first seen at this time or later, for example 2026-01-31 or 2026-01-31T12:00:00Z",
    )
    .option("--until <time>", "first seen at this time or earlier");

const withSelection = (command: Command) =>
  withFilters(command)
    .option("--all", "all dead letters that match the filters (by default --status waiting)")
    .option("--dry-run", "change nothing, only show what would be done");

const FILTERS = ["reason", "type", "key", "status", "since", "until"] as const;

/** The filters that were given, by name. */
export const filtersOf = (options: Options): Record<string, string> =>
  Object.fromEntries(FILTERS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));

function demandSelection(command: Command, ids: string[], options: Options): void {
  if (ids.length > 0 === (options.all === true)) command.error("error: pass ids, or --all with filters");
  if (ids.length > 0 && Object.keys(filtersOf(options)).length > 0)
    command.error("error: filters can be used with --all only, not with ids");
}
