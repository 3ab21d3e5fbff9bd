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

/** Does it; resolves with the exit code. */
export type Erase = (kind: Kind, value: string, options: EraseOptions) => Promise<number>;

type Program = { env: NodeJS.ProcessEnv; erase: Erase; exit(code: number): void };

/** The command line of `erase`. */
export function createEraseCommand({ env, erase, exit }: Program): Command {
  const program = new Command("erase")
    .description(
      "Erases a call, all that is stored of a telephone number, or an agent. Nothing brings it back.",
    )
    .addArgument(new Argument("<kind>", "what is erased").choices(KINDS))
    .argument("<value>", "the call_id, the number as people write it, or the agent")
    .option("--dry-run", "erase nothing, only say what would go")
    .option("--confirm <n>", "up to so many calls may go, where the gateway asks", parseCount)
    .option("--possible", "also what is only possibly about the number or the agent")
    .option("--wait", "until the database is clean, and show the receipt")
    .addHelpText("after", EXAMPLES)
    .action(async (kind: Kind, value: string, options: EraseOptions, command: Command) => {
      if (options.possible && kind === "call") command.error("error: --possible is not for a call");
      if (options.dryRun && (options.wait || options.confirm !== undefined))
        command.error("error: --dry-run goes with neither --confirm nor --wait");
      exit(await erase(kind, value, options));
    });
  return withDoor(program, env);
}

const EXAMPLES = `
Examples:
  erase number "(11) 98765-4321" --dry-run      how many calls, events and dead letters, and since when
  erase number "(11) 98765-4321" --wait         until none is stored, with progress and the receipt
  erase number 0800123456789 --confirm 1250     one of the account's own numbers, or more than 100 calls
  erase agent ana@example.com
  erase call 1463669263.30033

Exits with 0 when it was asked for (with --wait: when the database is clean), 1 when it could not be done, 2 when it needs --confirm and
nothing was erased, 130 when it was stopped; an erasure that was asked for goes on.`;
