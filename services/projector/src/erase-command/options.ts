import { Argument, Command } from "commander";
import { parseCount, withDoor } from "../admin-options.ts";

export const KINDS = ["call", "number", "agent"] as const;
export type Kind = (typeof KINDS)[number];

export type EraseOptions = {
  url: string;
  token?: string;
  json?: boolean;
  dryRun?: boolean;
  confirm?: number;
  possible?: boolean;
  wait?: boolean;
};

/** Carries out the command. Resolves with the exit code. */
export type Erase = (kind: Kind, value: string, options: EraseOptions) => Promise<number>;

type Program = { env: NodeJS.ProcessEnv; erase: Erase; exit(code: number): void };

/** Creates the command line of `erase`. */
export function createEraseCommand({ env, erase, exit }: Program): Command {
  const program = new Command("erase")
    .description("Erases a call, an agent, or all data of a telephone number. This cannot be undone.")
    .addArgument(new Argument("<kind>", "the kind of data to erase").choices(KINDS))
    .argument("<value>", "the call_id, the number in any spelling, or the agent")
    .option("--dry-run", "erase nothing, only show what would be erased")
    .option(
      "--confirm <n>",
      "confirm the erasure of up to this many calls, if the gateway asks for it",
      parseCount,
    )
    .option("--possible", "also erase data that only possibly belongs to the number or the agent")
    .option("--wait", "wait until the database is clean, then show the receipt")
    .addHelpText("after", EXAMPLES)
    .action(async (kind: Kind, value: string, options: EraseOptions, command: Command) => {
      if (options.possible && kind === "call") command.error("error: --possible cannot be used for a call");
      if (options.dryRun && (options.wait || options.confirm !== undefined))
        command.error("error: --dry-run cannot be used with --confirm or --wait");
      exit(await erase(kind, value, options));
    });
  return withDoor(program, env);
}

const EXAMPLES = `
Examples:
  erase number "(11) 98765-4321" --dry-run      the number of calls, events and dead letters, and their times
  erase number "(11) 98765-4321" --wait         waits until none is stored, with progress and the receipt
  erase number 0800123456789 --confirm 1250     one of the account's own numbers, or more than 100 calls
  erase agent ana@example.com
  erase call 1463669263.30033

Exits with 0 if the erasure was requested (with --wait: if the database is clean), 1 if it failed, 2 if it needs --confirm and nothing
was erased, 130 if it was interrupted; a requested erasure continues.`;
