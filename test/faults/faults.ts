import { existsSync, readdirSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { endLeftovers, ROOT, type Stack } from "@teravoz/stack";
import { openSeparateStack, restoreStack } from "../support/stack-pool.ts";
import { type Campaign, type CampaignRun, runCampaign, type Say } from "./campaigns/campaign.ts";
import { withinTime } from "./campaigns/deadline.ts";
import { type Ledger, openLedger } from "./campaigns/ledger.ts";
import { isFine, type Result } from "./campaigns/result.ts";
import { asStack, openFaultyCluster } from "./cluster/cluster.ts";

export type FaultsRun = {
  /** Opens the stack of the first lane for campaigns that are not on a cluster. */
  withStack(run: (stack: Stack) => Promise<void>): Promise<void>;
  campaigns: readonly Campaign[];
  /** The first campaign's; each has the next one. */
  seed: number;
  /** Which to begin with; what ran before it stays in the ledger. */
  from?: number;
  /** At most so many campaigns. */
  runs?: number;
  /** How many campaigns run side by side, each on a stack of its own (default: 1). */
  atOnce?: number;
  /** A campaign that takes longer is red. */
  deadlineMs?: number;
  /** `production`: all campaigns keep the session of a deployment (default: `short`). */
  timings?: "production" | "short";
  ledger: string;
  say: Say;
  signal: AbortSignal;
};

/** Takes the runs of today, and those that went wrong. */
const RUNS = join(ROOT, ".run", "faults");
export const ledgerPath = (name: "quick" | "long" | "cluster" | "only") => join(RUNS, `${name}.jsonl`);

/** Three times what the longest quick campaign takes while others keep both cores busy; `--long` sets its own. */
const DEADLINE_MS = 6 * 60_000;
/** Elections and restarts of six servers take several times as long where others keep the cores busy. */
const ON_CLUSTER_MS = 15 * 60_000;
/** A gateway opens and closes within a minute where nothing hangs. */
const OPEN_AND_CLOSE_MS = 4 * 60_000;

type Parts = Pick<CampaignRun, "stack" | "cluster"> & { restore(): Promise<void> };

/** A campaign with its seed. */
type Numbered = { campaign: Campaign; seed: number };

/** Runs campaigns and answers with all results in the ledger. A campaign that cannot be run to its end is a red one. */
export async function runFaults(run: FaultsRun): Promise<Result[]> {
  const { campaigns, seed, from } = run;
  await endDeadRuns();
  const ledger = openLedger(run.ledger);
  // a run of single campaigns adds to what ran before it
  if (from === undefined) await ledger.clear();
  const numbered = campaigns.map((campaign, index): Numbered => ({ campaign, seed: seed + index }));
  const chosen = numbered.filter((each) => each.seed >= (from ?? seed)).slice(0, run.runs);
  const isOnCluster = ({ campaign }: Numbered) => campaign.onCluster === true;
  const single = chosen.filter((each) => !isOnCluster(each));
  if (single.length > 0) await run.withStack((stack) => runLanes({ ...run, stack }, single, ledger));
  await runOnCluster(run, chosen.filter(isOnCluster), ledger);
  return latest(await ledger.read());
}

/** Each lane has a stack of its own, so that its campaigns may kill the parts, and takes the next piece that no lane has. */
async function runLanes(
  run: FaultsRun & { stack: Stack },
  numbered: readonly Numbered[],
  ledger: Ledger,
): Promise<void> {
  const { stack, atOnce = 1, signal, say } = run;
  const waiting = [...numbered.entries()];
  const runLane = async (own: Stack) => {
    for (let next = waiting.shift(); next && !signal.aborted; next = waiting.shift()) {
      const [index, { campaign, seed }] = next;
      say(`${index + 1} of ${numbered.length}: ${campaign.name} (seed ${seed})`);
      const restore = () => restoreStack(own);
      await ledger.add(await runToEnd(run, { campaign, seed }, { stack: own, restore }));
    }
  };
  const lanes = Array.from({ length: Math.min(atOnce, numbered.length) }, (_, n) =>
    n === 0 ? runLane(stack) : withStack(run, n + 1, runLane),
  );
  const ends = await Promise.allSettled(lanes);
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
}

/** One cluster for all of these, one after the other: it alone keeps the cores busy. */
async function runOnCluster(run: FaultsRun, numbered: readonly Numbered[], ledger: Ledger): Promise<void> {
  const { signal, say } = run;
  if (numbered.length === 0 || signal.aborted) return;
  const dir = join(RUNS, "cluster-stack");
  const began = Date.now();
  const cluster = await openFaultyCluster({ dir, fresh: true, say: () => {}, signal });
  say(`the cluster serves after ${Math.round((Date.now() - began) / 1_000)} s`);
  const parts = { stack: asStack(cluster), cluster, restore: cluster.restore };
  try {
    for (const [index, each] of numbered.entries()) {
      if (signal.aborted) return;
      say(`${index + 1} of ${numbered.length} on the cluster: ${each.campaign.name} (seed ${each.seed})`);
      const result = await runToEnd({ deadlineMs: ON_CLUSTER_MS, ...run }, each, parts);
      await ledger.add(result);
      if (!isFine(result)) await keepLogs(dir, `${each.seed}`);
    }
  } finally {
    await cluster.close();
    await rm(join(dir, "data"), { recursive: true, force: true });
  }
}

/** The logs of a cluster beside the folder of the campaign that was red on it. */
const keepLogs = (dir: string, name: string) =>
  cp(join(dir, "logs"), join(RUNS, `${name}-cluster-logs`), { recursive: true });

async function withStack({ signal }: FaultsRun, lane: number, run: (own: Stack) => Promise<void>) {
  const dir = join(RUNS, `lane-${lane}-stack`);
  const own = await openSeparateStack(dir, process.env, signal);
  try {
    await run(own);
  } finally {
    await own.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** A campaign that hangs, or throws, is red, and leaves the stack to the next one with all parts running. */
async function runToEnd(run: FaultsRun, each: Numbered, { restore, ...parts }: Parts): Promise<Result> {
  const { deadlineMs = DEADLINE_MS, timings = "short" } = run;
  const began = new Date();
  const aborting = new AbortController();
  const signal = AbortSignal.any([run.signal, aborting.signal]);
  const say: Say = (line) => run.say(`${each.campaign.name}: ${line}`);
  const running = runCampaign({ ...each, ...parts, runs: RUNS, deadlineMs, timings, say, signal });
  try {
    return await withinTime(running, deadlineMs + OPEN_AND_CLOSE_MS, () => "opening or closing");
  } catch (error) {
    aborting.abort();
    if (!run.signal.aborted) await restore();
    return asRed({ ...each, began }, error, run.say);
  }
}

/** Ends what an earlier or interrupted run has left running: services, and stacks of lanes. */
export async function endDeadRuns(): Promise<void> {
  const runs = existsSync(RUNS) ? readdirSync(RUNS) : [];
  const ended: string[] = [];
  for (const name of runs) ended.push(...(await endLeftovers(join(RUNS, name, "pids.json"))));
  // a lane that was interrupted may have started the next meanwhile
  if (ended.length > 0) await endDeadRuns();
}

function asRed({ campaign, seed, began }: Numbered & { began: Date }, error: unknown, say: Say): Result {
  const violation = `could not be run: ${error instanceof Error ? error.stack : error}`;
  say(`RED ${campaign.name} (seed ${seed}) ${violation}`);
  return {
    ...emptyResult({ name: campaign.name, seed, began }),
    other: 1,
    ...(campaign.mustShow ? { mustShow: campaign.mustShow } : {}),
    violations: [violation],
    damages: ["not recovered"],
  };
}

function emptyResult({ name, seed, began }: { name: string; seed: number; began: Date }): Result {
  return {
    campaign: name,
    seed,
    began: began.toISOString(),
    struck: [],
    violations: [],
    damages: [],
    phases: [],
    planned: {},
    cutShort: null,
    told: null,
    seconds: Math.round((Date.now() - began.getTime()) / 1_000),
    acknowledged: 0,
    requests: 0,
    quietMs: 0,
    slowestMs: 0,
    missing: 0,
    doubled: 0,
    stale: 0,
    other: 0,
  };
}

/** In the order of their seeds; of a campaign that ran twice with a seed the last counts. */
const latest = (results: Result[]): Result[] =>
  [...new Map(results.map((result) => [`${result.campaign} ${result.seed}`, result])).values()].sort(
    (one, other) => one.seed - other.seed,
  );

/**
 * The campaigns whose name holds the text; else the members of campaigns that share a run, each alone; else the campaigns
 * that have a fault with such a name, with these faults only.
 */
export function chooseOnly(campaigns: readonly Campaign[], text: string): Campaign[] {
  const holds = ({ name }: { name: string }) => name.toLowerCase().includes(text.toLowerCase());
  return campaigns.flatMap((campaign) => {
    const members = campaign.members?.filter(holds) ?? [];
    if (members.length > 0) return members;
    if (holds(campaign)) return [campaign];
    const lanes = campaign.lanes.map((lane) => lane.filter(({ fault }) => holds(fault)));
    if (campaign.mustShow || lanes.flat().length === 0) return [];
    const { members: _, beforehand: __, beside: ___, afterwards: ____, ...struck } = campaign;
    return [{ ...struck, lanes: lanes.filter((lane) => lane.length > 0) }];
  });
}

/** A row is a fault, or a bad build: passed where it came to pass as planned and its campaign is as it must be. */
export function countRows(results: readonly Result[]): { passed: number; failed: number } {
  const rows = results.flatMap((result) => {
    const faults = Object.keys(result.planned);
    if (result.mustShow || faults.length === 0) return [isFine(result)];
    return faults.map(() => isFine(result));
  });
  const passed = rows.filter(Boolean).length;
  return { passed, failed: rows.length - passed };
}
