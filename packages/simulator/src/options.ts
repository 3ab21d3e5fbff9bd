import { type FlowName, flows } from "@teravoz/domain";
import { Command, InvalidArgumentError, Option } from "commander";
import { firstToken, readAddresses } from "./addresses.ts";

export type SimulateOptions = {
  url: string;
  token?: string;
  calls: number;
  rate: number;
  flows: Partial<Record<FlowName, number>>;
  duplicates: number;
  reorder: number;
  delay: number;
  oldSpellings: number;
  burst: number;
  agents: boolean;
  connections: number;
  seed: number;
};

/**
 * The shares of the flows in a usual call centre: most callers are answered, some give up, some are transferred, some
 * calls are outbound.
 */
const USUAL_FLOWS = "delegated=5,sandbox=1,outbound=1,abandoned=1,transferred=1,campaign=1";

/**
 * Creates the command line of `simulate`. Its defaults show more than a minute of activity: 60 calls of about eight
 * events at ten a second, each call some 15 s long, and some 25 agents.
 */
export function createSimulateCommand(env: NodeJS.ProcessEnv): Command {
  return new Command("simulate")
    .description("Sends calls to the webhook as TeraVoz does, and reports the answers.")
    .option("--url <url>", "address of the webhook", parseUrl, readAddresses().webhook)
    .addOption(
      new Option("--token <token>", "Bearer token of the webhook").default(
        firstToken(env.WEBHOOK_TOKEN),
        "$WEBHOOK_TOKEN",
      ),
    )
    .option("--calls <n>", "number of calls", parseWhole(1), 60)
    .option("--rate <n>", "maximum number of events per second", parsePositive, 10)
    .addOption(
      new Option("--flows <name=share,...>", `flows with their shares: ${Object.keys(flows).join(", ")}`)
        .argParser(parseShares)
        .default(parseShares(USUAL_FLOWS), USUAL_FLOWS),
    )
    .option("--duplicates <share>", "share of events delivered twice, byte for byte, 0..1", parseShare, 0)
    .option("--reorder <share>", "share of events that overtake the previous one, 0..1", parseShare, 0)
    .option("--delay <ms>", "mean pause between the events of a call, in ms", parseWhole(0), 2_500)
    .option("--old-spellings <share>", "share of calls in the spelling of older senders, 0..1", parseShare, 0)
    .option(
      "--burst <n>",
      "number of deliveries at once, all of one call, in place of calls",
      parseWhole(0),
      0,
    )
    .option(
      "--no-agents",
      "send only the flows of the calls, without log-ins, rings, pauses and log-outs of agents",
    )
    .option(
      "--connections <n>",
      "maximum number of open connections (a burst opens one per delivery)",
      parseWhole(1),
      64,
    )
    .option("--seed <n>", "the same seed sends the same calls (default: a new one each time)", parseWhole(0))
    .addHelpText("after", EXAMPLES);
}

const EXAMPLES = `
Examples:
  simulate                                          more than a minute of activity on the board
  simulate --calls 1000 --rate 200 --delay 100      a busy hour in under a minute
  simulate --duplicates 0.3 --reorder 0.3           redeliveries, and events out of order
  simulate --burst 3000                             one call, 3,000 POSTs at once
  simulate --flows abandoned=1 --calls 5            callers who give up
  simulate --flows outbound=1,campaign=1            outbound calls without a queue and through one

Agents log in before the calls. They take one call at a time, miss some rings, pause with reasons, and some log out near
the end. A caller in a queue waits until an agent is free, and gives up if no agent answers in time.

Exits with 1 if any answer is not 200.`;

/** Reads shares like `delegated=3,abandoned=1`. A name alone counts as 1. */
export function parseShares(text: string): Partial<Record<FlowName, number>> {
  const shares = text.split(",").map((part) => {
    const [name = "", share = "1"] = part.split("=").map((side) => side.trim());
    if (!Object.hasOwn(flows, name))
      throw new InvalidArgumentError(`there is no flow "${name}": use ${Object.keys(flows).join(", ")}.`);
    if (!isNumber(share)) throw new InvalidArgumentError(`the share of ${name} must be a number, 0 or more.`);
    return [name, Number(share)];
  });
  if (shares.every(([, share]) => share === 0))
    throw new InvalidArgumentError("at least one flow must have a share above 0.");
  return Object.fromEntries(shares);
}

const isNumber = (text: string) => /^\d+(\.\d+)?$/.test(text);

function parseShare(text: string): number {
  if (!isNumber(text) || Number(text) > 1) throw new InvalidArgumentError("must be from 0 to 1.");
  return Number(text);
}

function parsePositive(text: string): number {
  if (!isNumber(text) || Number(text) === 0) throw new InvalidArgumentError("must be a number above 0.");
  return Number(text);
}

const parseWhole = (least: number) => (text: string) => {
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    throw new InvalidArgumentError(`must be a whole number, ${least} or more.`);
  return Number(text);
};

function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError("must be an http(s) URL.");
  return text;
}
