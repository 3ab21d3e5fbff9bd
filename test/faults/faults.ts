import { existsSync, readdirSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { endLeftovers, ROOT, type Stack } from "@teravoz/stack";
import { openSeparateStack, restoreStack } from "../support/stack/stack-pool.ts";
import { type Campaign, type CampaignRun, runCampaign, type Say } from "./campaigns/campaign.ts";
import { withinTime } from "./campaigns/deadline.ts";
import { type Ledger, openLedger } from "./campaigns/ledger.ts";
import { isFine, type Result } from "./campaigns/result.ts";
import { asStack, openFaultyCluster } from "./cluster/cluster.ts";

export type FaultsRun = {
  /** Opens the stack of the first lane for campaigns that are not on a cluster. */
  withStack(run: (stack: Stack) => Promise<void>): Promise<void>;
  campaigns: readonly Campaign[];
  /** The seed of the first campaign. Each further campaign has the next one. */
  seed: number;
  /** The seed of the campaign to begin with. Results of earlier ones stay in the ledger. */
  from?: number;
  /** The number of campaigns at most. */
  runs?: number;
  /** The number of campaigns that run side by side, each on a separate stack (default: 1). */
  atOnce?: number;
  /** Limit for a campaign. One that takes longer is red. */
  deadlineMs?: number;
  /** `production`: all campaigns keep the session of a deployment (default: `short`). */
  timings?: "production" | "short";
  ledger: string;
  say: Say;
  signal: AbortSignal;
};

/** The folder of the runs under way, and of those that were red. */
const RUNS = join(ROOT, ".run", "faults");
export const ledgerPath = (name: "quick" | "long" | "cluster" | "only") => join(RUNS, `${name}.jsonl`);

/**
 * Three times the duration of the longest quick campaign while others keep both cores busy. `--long` sets another
 * limit.
 */
const DEADLINE_MS = 6 * 60_000;
/** Elections and restarts of six servers take several times as long while other work keeps the cores busy. */
const ON_CLUSTER_MS = 15 * 60_000;
/** A gateway opens and closes within a minute if nothing hangs. */
const OPEN_AND_CLOSE_MS = 4 * 60_000;

type Parts = Pick<CampaignRun, "stack" | "cluster"> & { restore(): Promise<void> };

/** A campaign with its seed. */
type Numbered = { campaign: Campaign; seed: number };

/** Runs campaigns and resolves with all results in the ledger. A campaign that cannot be run to its end is red. */
export async function runFaults(run: FaultsRun): Promise<Result[]> {
  const { campaigns, seed, from } = run;
  await endDeadRuns();
  const ledger = openLedger(run.ledger);
  // a run that begins with a given campaign adds to the earlier results
  if (from === undefined) await ledger.clear();
  const numbered = campaigns.map((campaign, index): Numbered => ({ campaign, seed: seed + index }));
  const chosen = numbered.filter((each) => each.seed >= (from ?? seed)).slice(0, run.runs);
  const isOnCluster = ({ campaign }: Numbered) => campaign.onCluster === true;
  const single = chosen.filter((each) => !isOnCluster(each));
  if (single.length > 0) await run.withStack((stack) => runLanes({ ...run, stack }, single, ledger));
  await runOnCluster(run, chosen.filter(isOnCluster), ledger);
  return latest(await ledger.read());
}

/**
 * Runs campaigns in lanes. Each lane has a separate stack, because its campaigns kill the parts, and takes the next
 * campaign that waits.
 */
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

/** Runs campaigns on one cluster, one after the other, because the cluster alone keeps the cores busy. */
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

/** Copies the logs of the cluster next to the folder of the campaign that was red on it. */
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

/** Runs a campaign. One that hangs or throws is red, and all parts are started again for the next one. */
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

/** Ends the processes that an earlier or interrupted run has left: services, and stacks of lanes. */
export async function endDeadRuns(): Promise<void> {
  const runs = existsSync(RUNS) ? readdirSync(RUNS) : [];
  const ended: string[] = [];
  for (const name of runs) ended.push(...(await endLeftovers(join(RUNS, name, "pids.json"))));
  // an interrupted lane may have started another process meanwhile
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
    notified: null,
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

/** Returns the results in the order of their seeds. If a campaign ran twice with one seed, the last result counts. */
const latest = (results: Result[]): Result[] =>
  [...new Map(results.map((result) => [`${result.campaign} ${result.seed}`, result])).values()].sort(
    (one, other) => one.seed - other.seed,
  );

/**
 * Chooses campaigns by a text in a name. A campaign whose members in a shared run have the text is replaced by these,
 * one by one. If only its faults have the text, it runs with these faults only.
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

/** Counts rows: faults and bad builds. A row passes if its campaign is as it must be. */
export function countRows(results: readonly Result[]): { passed: number; failed: number } {
  const rows = results.flatMap((result) => {
    const faults = Object.keys(result.planned);
    if (result.mustShow || faults.length === 0) return [isFine(result)];
    return faults.map(() => isFine(result));
  });
  const passed = rows.filter(Boolean).length;
  return { passed, failed: rows.length - passed };
}
