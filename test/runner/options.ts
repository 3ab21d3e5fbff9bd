import { Command, InvalidArgumentError } from "commander";

export type Options = {
  patterns: string[];
  /** A regular expression on the titles. */
  title?: string;
  /** A revision. Only suites run that a change since then touches. */
  changed?: string;
  /** If true, all suites of a change run, otherwise those that fit into two minutes. */
  all: boolean;
  repeat: number;
  workers: number;
  coverage?: true;
  timings?: string;
  units: boolean;
};

/** Default number of workers. The suites were made for two cores, and more workers need a larger machine. */
export const WORKERS = 2;

export function parseOptions(argv: readonly string[]): Options {
  const command = new Command("test")
    .description(
      "Runs the suites: unit tests immediately, all others on real Kafka, schema registry and MongoDB, which are started first.",
    )
    .argument("[patterns...]", "regular expressions on the paths of the suites (default: all)")
    .option("-t, --title <text>", "only tests whose title contains this text", asPattern)
    .option(
      "--changed [revision]",
      "only suites that use a changed file, the nearest first, up to two minutes (default: changes since HEAD)",
    )
    .option("--all", "with --changed: every suite that uses a changed file, without a time limit", false)
    .option("--repeat <n>", "run everything n times, to find a flaky test", parseCount, 1)
    .option("--workers <n>", "number of suites that run at once", parseCount, WORKERS)
    .option("--coverage", "print the line coverage by package, including the services")
    .option("--timings <file>", "write how long each suite took, as JSON")
    .option("--no-units", "skip the unit tests, which `check` runs")
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
  pnpm test flows                        the suites whose path contains "flows"
  pnpm test calls -t "column sorts"      one test of one suite
  pnpm test --changed                    what the uncommitted change touches
  pnpm test --changed main               what this branch touches
  pnpm test consumer --repeat 20         find a flaky test
The suites use the parts of KAFKA_BROKERS, SCHEMA_REGISTRY_URL and MONGODB_URI if these are set (a running \`pnpm start\`),
otherwise containers or local processes that only this run uses.`;

/** Escapes a title, so that points and brackets match themselves. */
const asPattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("must be a whole number from 1 to 9999.");
  return Number(text);
}
