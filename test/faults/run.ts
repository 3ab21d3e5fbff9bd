import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Stack } from "@teravoz/stack";
import { Command, InvalidArgumentError } from "commander";
import { describeMachine } from "../runner/timings.ts";
import { withSharedStack } from "../support/stack/shared-stack.ts";
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
import { clusterCampaigns, quickClusterCampaigns } from "./cluster/campaigns.ts";
import { formatWindows } from "./cluster/windows-table.ts";
import { chooseOnly, countRows, endDeadRuns, ledgerPath, runFaults } from "./faults.ts";

/**
 * The lists of campaigns that a run may take, each with the page that it writes. If none of 300 kills does harm, fewer
 * than one kill in a hundred does, with 95 % confidence: a complete long run must have as many.
 */
const LISTS = {
  quick: { campaigns: [...quickCampaigns, ...quickClusterCampaigns], page: null, leastKills: 0 },
  long: { campaigns: longCampaigns, page: "RESULTS.md", leastKills: 300 },
  cluster: { campaigns: clusterCampaigns, page: "RESULTS-CLUSTER.md", leastKills: 100 },
} as const;

type Options = { long?: true; cluster?: true; from?: number; runs?: number; only?: string; seed: number };

/**
 * Quick campaigns wait more than they work, so one runs for each of two cores. Long ones run alone: they count their
 * work in a given time.
 */
const CORES = 2;
/** Strikes begin for eight minutes. The last strike, the quiet and the check follow. */
const LONG = { deadlineMs: 15 * 60_000, timings: "production" } as const;

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
      "run all faults with full counts, in campaigns of about ten minutes; the table goes to test/faults/RESULTS.md",
    )
    .option(
      "--cluster",
      "run all faults of three brokers and three mongods, in campaigns of the same length; the table goes to test/faults/RESULTS-CLUSTER.md",
    )
    .option("--seed <n>", "seed of the first campaign; the same seed makes the same plan", parseWhole, 1)
    .option(
      "--from <seed>",
      "begin with the campaign that has this seed; earlier results still count",
      parseWhole,
    )
    .option("--runs <n>", "run at most this many campaigns, and the rest another time", parseWhole)
    .option("--only <fault>", "run only campaigns or faults with this text in their name")
    .addHelpText(
      "after",
      `
A red campaign leaves its seed, history and logs in .run/faults. Repeat it with --from SEED --runs 1.
--long takes hours. \`test:long\` runs its campaigns one by one, each a piece of about ten minutes; the results add up.`,
    )
    .parse()
    .opts<Options>();
}

async function run({ long, cluster, only, ...options }: Options): Promise<Result[]> {
  const list = cluster ? "cluster" : long ? "long" : "quick";
  const { campaigns: all, page, leastKills } = LISTS[list];
  const campaigns = only ? chooseOnly(all, only) : all;
  if (campaigns.length === 0) throw new Error(`no campaign and no fault has "${only}" in its name`);
  // a run with --only does not change the results of a run in pieces
  const ledger = ledgerPath(only ? "only" : list);
  const pace = page ? LONG : { atOnce: CORES };
  const wanted = { ...options, ...pace, withStack, campaigns, ledger };
  const results = await runFaults({ ...wanted, say, signal: interrupted.signal });
  if (interrupted.signal.aborted) throw new Error("interrupted before all campaigns were done");
  const tables = [formatTable, formatWindows, formatKillPoints, formatCampaigns, formatKnownBad, formatTimes]
    .map((format) => format(results))
    .filter(Boolean)
    .join("\n\n");
  process.stdout.write(`${tables}\n`);
  for (const red of results.filter((each) => !isFine(each))) process.stdout.write(describeRed(red));
  if (!page || only) return results;
  const isWhole = results.length === campaigns.length;
  const part = isWhole ? "" : `, ${results.length} of ${campaigns.length} campaigns so far`;
  const text = formatPage(tables, { list, seed: options.seed, part });
  await writeFile(join(import.meta.dirname, page), text);
  const { all: kills } = countKillPoints(results);
  if (isWhole && kills < leastKills) throw new Error(`only ${kills} of ${leastKills} kill points`);
  return results;
}

function withStack(run: (stack: Stack) => Promise<void>): Promise<void> {
  return withSharedStack((stack) => {
    if (stack.provider === "external")
      throw new Error("the campaigns need parts that they may kill: unset STACK and the addresses");
    return run(stack);
  });
}

function describeRed(result: Result): string {
  const shown = describeFaults(result).map((each) => `  ${each}\n`);
  return `\nRED ${result.campaign}, seed ${result.seed}:\n${shown.join("")}`;
}

type About = { list: keyof typeof LISTS; seed: number; part: string };

function formatPage(tables: string, { list, seed, part }: About): string {
  const date = new Date().toISOString().slice(0, 10);
  return `# Results\n\n\`pnpm test:faults --${list}\`, ${date}, ${describeMachine()},\nseeds from ${seed} on${part}.\n\n${tables}\n`;
}

function parseWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("must be a whole number.");
  return Number(text);
}
