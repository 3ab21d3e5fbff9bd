import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { describeMachine } from "../runner/timings.ts";
import { withSharedStack } from "../support/shared-stack.ts";
import { longCampaigns } from "./campaigns/long.ts";
import { quickCampaigns } from "./campaigns/quick.ts";
import { describeFaults, isFine, type Result } from "./campaigns/result.ts";
import {
  countKillPoints,
  formatCampaigns,
  formatKillPoints,
  formatKnownBad,
  formatTable,
  formatTimes,
} from "./campaigns/table.ts";
import { chooseOnly, countRows, endDeadRuns, ledgerPath, runFaults } from "./faults.ts";

type Options = { long?: true; from?: number; runs?: number; only?: string; seed: number };

/** If none of 300 kills does harm, fewer than one in a hundred do, with 95 % confidence. A whole --long needs as many. */
const LEAST_KILL_POINTS = 300;

/** Quick campaigns wait more than they work: one for each of two cores. Long ones count what they do in their time. */
const CORES = 2;
/** Strikes begin for eight minutes; the last, the quiet and the check follow. */
const LONG = { deadlineMs: 15 * 60_000, timings: "production" } as const;

// Kafka starts again and again, and lives for minutes: its second compiler costs more than it gives
process.env.JAVA_TOOL_OPTIONS ??= "-XX:TieredStopAtLevel=1";

const say = (line: string) => void process.stderr.write(`${line}\n`);

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort()).once("SIGTERM", () => interrupted.abort());

const results = await run(readOptions()).catch(async (error: Error) => {
  say(`test:faults: ${error.message}`);
  // lanes that were interrupted have not closed their stacks
  await endDeadRuns();
  process.exit(1);
});
const { passed, failed } = countRows(results);
process.stdout.write(`\n${Math.round(process.uptime())} s in all, starts of the stacks included\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

function readOptions(): Options {
  return new Command("test:faults")
    .description(
      "Kills, stops and cuts off the gateway and its parts under load, and checks that nothing is lost, doubled or stale.",
    )
    .option(
      "--long",
      "all faults in full counts, in pieces of about ten minutes; the table goes to test/faults/RESULTS.md",
    )
    .option("--seed <n>", "of the first campaign; the same seed makes the same plan", parseWhole, 1)
    .option("--from <seed>", "begin with this campaign; earlier results still count", parseWhole)
    .option("--runs <n>", "at most so many campaigns, the rest another time", parseWhole)
    .option("--only <fault>", "only campaigns or faults with this text in their name")
    .addHelpText(
      "after",
      `
A red campaign leaves its seed, history and logs in .run/faults. Repeat it with --from SEED --runs 1.
--long takes hours. \`test:long\` runs its campaigns one by one, each a piece of about ten minutes; the results add up.`,
    )
    .parse()
    .opts<Options>();
}

async function run({ long, only, ...options }: Options): Promise<Result[]> {
  const all = long ? longCampaigns : quickCampaigns;
  const campaigns = only ? chooseOnly(all, only) : all;
  if (campaigns.length === 0) throw new Error(`no campaign and no fault is called ${only}`);
  // a look at one campaign leaves the results of a run in pieces alone
  const ledger = ledgerPath(only ? "only" : long ? "long" : "quick");
  const results = await withSharedStack((stack) => {
    if (stack.provider === "external")
      throw new Error("needs parts that it may kill: unset STACK and the addresses");
    const pace = long ? LONG : { atOnce: CORES };
    const wanted = { ...options, ...pace, stack, campaigns, ledger };
    return runFaults({ ...wanted, say, signal: interrupted.signal });
  });
  if (interrupted.signal.aborted) throw new Error("stopped before it was done");
  const tables = [formatTable, formatKillPoints, formatCampaigns, formatKnownBad]
    .map((format) => format(results))
    .filter(Boolean)
    .join("\n\n");
  process.stdout.write(`${tables}\n\n${formatTimes(results)}\n`);
  for (const red of results.filter((each) => !isFine(each))) process.stdout.write(describeRed(red));
  if (!long || only) return results;
  const isWhole = results.length === campaigns.length;
  const part = isWhole ? "" : `, ${results.length} of ${campaigns.length} campaigns so far`;
  await writeFile(join(import.meta.dirname, "RESULTS.md"), formatPage(tables, options.seed, part));
  const { all: kills } = countKillPoints(results);
  if (isWhole && kills < LEAST_KILL_POINTS)
    throw new Error(`only ${kills} of ${LEAST_KILL_POINTS} kill points`);
  return results;
}

function describeRed(result: Result): string {
  const shown = describeFaults(result).map((each) => `  ${each}\n`);
  return `\nRED ${result.campaign}, seed ${result.seed}:\n${shown.join("")}`;
}

function formatPage(tables: string, seed: number, part: string): string {
  const date = new Date().toISOString().slice(0, 10);
  return `# Results\n\n\`pnpm test:faults --long\`, ${date}, ${describeMachine()}, seeds from ${seed} on${part}.\n\n${tables}\n`;
}

function parseWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("must be a whole number.");
  return Number(text);
}
