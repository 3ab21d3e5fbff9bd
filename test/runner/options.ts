import { Command, InvalidArgumentError } from "commander";

export type Options = {
  patterns: string[];
  /** A regular expression. */
  title?: string;
  /** A revision: only what has changed since then. */
  changed?: string;
  /** Which suites of a change: all, or those that fit into two minutes. */
  all: boolean;
  repeat: number;
  workers: number;
  coverage?: true;
  timings?: string;
  units: boolean;
};

/** Two cores are what the suites were made for; more workers need a machine that has more. */
export const WORKERS = 2;

export function parseOptions(argv: readonly string[]): Options {
  const command = new Command("test")
    .description(
      "Runs the suites: unit tests at once, all others on real Kafka, schema registry and MongoDB, which are started first.",
    )
    .argument("[patterns...]", "regular expressions on the paths of the suites; none = all")
    .option("-t, --title <text>", "only tests whose title holds this", asPattern)
    .option(
      "--changed [revision]",
      "only suites that a change touches, by the imports, nearest first, for two minutes (default: the change since HEAD)",
    )
    .option("--all", "with --changed: every suite that the change touches, however long they take", false)
    .option("--repeat <n>", "run everything n times, to find a test that fails now and then", parseCount, 1)
    .option("--workers <n>", "suites at once", parseCount, WORKERS)
    .option("--coverage", "say which part of the code the tests ran, by package; services included")
    .option("--timings <file>", "write how long each suite took, as JSON")
    .option("--no-units", "leave out the unit tests, which `check` runs")
    .addHelpText("after", HELP)
    .parse(argv, { from: "user" });
  const { changed, ...options } = command.opts();
  return {
    ...options,
    ...(changed === undefined ? {} : { changed: changed === true ? "HEAD" : changed }),
    patterns: command.args,
  } as Options;
}

const HELP = `
Examples:
  pnpm test                              everything but the faults (15 minutes)
  pnpm test flows                        the suites whose path holds "flows"
  pnpm test calls -t "sorts by"          one test of one suite
  pnpm test --changed                    what the uncommitted change touches
  pnpm test --changed main               what this branch touches
  pnpm test consumer --repeat 20         look for a test that fails now and then
The parts are those of KAFKA_BROKERS, SCHEMA_REGISTRY_URL and MONGODB_URI where these are set (a running \`pnpm start\`), else containers
or local processes of this run alone.`;

/** A title is taken as it is written, points and brackets included. */
const asPattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("must be a whole number from 1 to 9999.");
  return Number(text);
}
