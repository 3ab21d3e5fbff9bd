import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { endLeftovers, ROOT, type Stack } from "@teravoz/stack";
import { runJest } from "../support/run-jest.ts";
import { type Campaign, runCampaign, type Say } from "./campaigns/campaign.ts";
import { openLedger } from "./campaigns/ledger.ts";
import { isFine, type Result } from "./campaigns/result.ts";

export type FaultsRun = {
  stack: Stack;
  campaigns: readonly Campaign[];
  /** The first campaign's; each has the next one. */
  seed: number;
  /** Which to begin with; what ran before it stays in the ledger. */
  from?: number;
  /** At most so many campaigns. */
  runs?: number;
  /** Suites that are run after the campaigns, in their full counts. */
  suites?: readonly string[];
  ledger: string;
  say: Say;
  signal: AbortSignal;
};

/** Takes the runs of today, and those that went wrong. */
const RUNS = join(ROOT, ".run", "faults");
export const ledgerPath = (name: "quick" | "long") => join(RUNS, `${name}.jsonl`);

/** Runs campaigns one after the other and answers with all results in the ledger. A campaign that cannot be run is a red one. */
export async function runFaults(run: FaultsRun): Promise<Result[]> {
  const { stack, campaigns, seed, from = seed, runs = campaigns.length, say, signal } = run;
  await endDeadRuns();
  const ledger = openLedger(run.ledger);
  if (from === seed) await ledger.clear();
  const numbered = campaigns.map((campaign, index) => ({ campaign, seed: seed + index }));
  const chosen = numbered.filter((each) => each.seed >= from).slice(0, runs);
  for (const [index, each] of chosen.entries()) {
    if (signal.aborted) break;
    say(`campaign ${index + 1} of ${chosen.length}: ${each.campaign.name} (seed ${each.seed})`);
    const running = runCampaign({ ...each, stack, runs: RUNS, say, signal });
    await ledger.add(await running.catch((error) => asRed(each, error, say)));
  }
  if (run.suites?.length && chosen.length < (run.runs ?? Number.POSITIVE_INFINITY))
    await ledger.add(await runSuites(seed + campaigns.length, run.suites, say));
  return latest(await ledger.read());
}

/** Services of a run that died hard are still there. */
async function endDeadRuns(): Promise<void> {
  const runs = existsSync(RUNS) ? readdirSync(RUNS) : [];
  for (const name of runs) await endLeftovers(join(RUNS, name, "pids.json"));
}

/** Suites whose counts are scaled down in `pnpm test`, in those that are promised. */
async function runSuites(seed: number, patterns: readonly string[], say: Say): Promise<Result> {
  say("suites in full counts");
  const began = new Date();
  const env = { ...process.env, FAULTS: "long" };
  const suites = await runJest({
    projects: ["integration", "e2e"],
    patterns: [...patterns],
    env,
    testTimeoutMs: 900_000,
  });
  const red = suites.tests.filter(({ passed }) => !passed).map(({ title }) => title);
  return {
    ...emptyResult({ name: "suites in full counts", seed, began }),
    tests: suites.tests,
    violations: red,
    damages: suites.failed > 0 ? ["not recovered"] : [],
  };
}

function asRed({ campaign, seed }: { campaign: Campaign; seed: number }, error: unknown, say: Say): Result {
  const violation = `could not be run: ${error instanceof Error ? error.stack : error}`;
  say(`RED ${campaign.name} (seed ${seed}) ${violation}`);
  return {
    ...emptyResult({ name: campaign.name, seed, began: new Date() }),
    other: 1,
    ...(campaign.mustShow ? { mustShow: campaign.mustShow } : {}),
    violations: [violation],
    damages: ["not recovered"],
  };
}

function emptyResult({ name, seed, began }: { name: string; seed: number; began: Date }): Result {
  return {
    ...{ campaign: name, seed, began: began.toISOString(), struck: [], violations: [], damages: [] },
    ...{ planned: {}, cutShort: null, told: null },
    seconds: Math.round((Date.now() - began.getTime()) / 1_000),
    ...{ acknowledged: 0, requests: 0, quietMs: 0, slowestMs: 0, missing: 0, doubled: 0, stale: 0, other: 0 },
  };
}

/** Of a campaign that ran twice with a seed the last counts. */
const latest = (results: Result[]): Result[] => [
  ...new Map(results.map((result) => [`${result.campaign} ${result.seed}`, result])).values(),
];

/** Campaigns, and of these the faults, whose name holds the text; all of a campaign where its own name does. */
export function chooseOnly(campaigns: readonly Campaign[], text: string): Campaign[] {
  const holds = (name: string) => name.toLowerCase().includes(text.toLowerCase());
  return campaigns.flatMap((campaign) => {
    if (holds(campaign.name)) return [campaign];
    const lanes = campaign.lanes.map((lane) => lane.filter(({ fault }) => holds(fault.name)));
    if (campaign.mustShow || lanes.flat().length === 0) return [];
    const { beside: _, afterwards: __, ...struck } = campaign;
    return [{ ...struck, lanes: lanes.filter((lane) => lane.length > 0) }];
  });
}

/** A row is a fault, or a bad build: passed where it came to pass as planned and its campaign is as it must be. */
export function countRows(results: readonly Result[]): { passed: number; failed: number } {
  const rows = results.flatMap((result) => {
    if (result.tests) return result.tests.map(({ passed }) => passed);
    const faults = Object.keys(result.planned);
    if (result.mustShow || faults.length === 0) return [isFine(result)];
    return faults.map(() => isFine(result));
  });
  const passed = rows.filter(Boolean).length;
  return { passed, failed: rows.length - passed };
}
