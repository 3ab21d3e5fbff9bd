import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@teravoz/stack";
import { check } from "../checker/checker.ts";
import type { Evidence } from "../checker/evidence.ts";
import type { Damage, Violation } from "../checker/violation.ts";
import { asStack, type FaultyCluster } from "../cluster/cluster.ts";
import { carryOut, carryOutOne, type Struck } from "../nemesis/nemesis.ts";
import { aimedKills } from "../nemesis/of-services.ts";
import { type LaneOrder, planStrikes } from "../nemesis/plan.ts";
import { readEvidence, untilQuiet } from "../rig/quiet.ts";
import { readLeaks } from "../rig/remains.ts";
import { forgetRun, openRig, type Rig, type RigOptions } from "../rig/rig.ts";
import { withinTime } from "./deadline.ts";
import { createPhases, type Phases } from "./phases.ts";
import { describeResult, isFine, keepEvidence, type Result, summarize } from "./result.ts";

/** One gateway under load, with faults in lanes side by side. It is judged when it is quiet again. */
export type Campaign = {
  name: string;
  /** The campaigns that share this run; each can be run alone by its name. */
  members?: readonly Campaign[];
  lanes: readonly LaneOrder[];
  /** Events a second. */
  rate: number;
  /** The longest pause between two strikes of a lane. */
  gapMs: number;
  rig?: Omit<RigOptions, "stack" | "dir" | "seed">;
  /** Opens a separate stack instead of the shared one. It is stopped with the campaign. */
  openStack?(dir: string): Promise<Stack>;
  /** True if it runs on the cluster that all such campaigns share. */
  onCluster?: boolean;
  /** Opens a separate cluster instead of the shared one. It is closed with the campaign. */
  openCluster?(dir: string): Promise<FaultyCluster>;
  /** The build is known to be bad: it must show one of these damages. */
  mustShow?: readonly Damage[];
  /** True if every webhook must be answered with 200 under all faults. */
  takesAll?: boolean;
  /** True if a projector dies right after it has stored the last events (default: true for every good build). */
  endsInDeath?: boolean;
  /** Runs under traffic before the first strike. Resolves with what it did, as strikes. */
  beforehand?(rig: Rig): Promise<Struck[]>;
  /** Runs beside the lanes. `over` returns true when they are done. */
  beside?(rig: Rig, over: () => boolean): Promise<Struck[]>;
  /** Acts on the quiet gateway. Resolves with what it did, the violations it found, and the evidence that is judged. */
  afterwards?(rig: Rig): Promise<Afterwards>;
};

export type Afterwards = { struck: Struck[]; violations: Violation[]; evidence: Evidence };

export type Say = (line: string) => void;

export type CampaignRun = {
  stack: Stack;
  /** The nodes behind the stack, if it is a cluster. */
  cluster?: FaultyCluster | undefined;
  campaign: Campaign;
  seed: number;
  /** The folder in which each run has a folder. */
  runs: string;
  say: Say;
  /** Limit for the campaign. One that takes longer is red. */
  deadlineMs: number;
  /** The timings of a campaign that sets none. */
  timings: "production" | "short";
  /** Stops the campaign and its processes. */
  signal: AbortSignal;
};

const SERVICES = join(import.meta.dirname, "..", "services");
/** The services as in production, with points at which they can be killed. */
export const AIMED_MAINS = {
  ingest: join(SERVICES, "ingest.ts"),
  projector: join(SERVICES, "projector.ts"),
};

/** Strikes begin during this time, so that a campaign with its quiet and its check ends within ten minutes. */
const LIMIT_MS = 8 * 60_000;
/**
 * Limits for a bad build, because events that it has lost never arrive. `levelMs`: once its services are ready and have
 * read everything, its clients get as long as the slowest notices of a good build take. `limitMs`: in all, it gets the
 * time of a projector's restart.
 */
const BAD_QUIET = { limitMs: 15_000, levelMs: 5_000 };
/** Time of traffic before the first strike. */
const LEAD_MS = 1_500;
const LAST_EVENTS = 60;
const SILENCE_MS = 300;
/** Number of bursts at most, because the projector may survive the first. A burst is stored long before `STORED_MS`. */
const LAST_BURSTS = 3;
const STORED_MS = 8_000;
const diesSoon = ({ exited }: { exited: Promise<unknown> }) =>
  Promise.race([exited.then(() => true), sleep(STORED_MS, false)]);
const LAST_DEATH = aimedKills.find(({ name }) => name.endsWith("before the notice"))!;

/**
 * Runs a campaign. A red one keeps its folder with seed, history and logs, and so does one that could not be run to its
 * end.
 */
export async function runCampaign(run: CampaignRun): Promise<Result> {
  const { campaign, seed, runs, say } = run;
  const began = new Date();
  const dir = join(runs, `${seed}-${campaign.name.replaceAll(/[^a-z0-9]+/gi, "-")}`);
  await forgetRun(dir);
  const phases = createPhases();
  const own = await phases.run("stack", () => openOwn(campaign, `${dir}-stack`));
  const { result, evidence } = await runOn({ ...run, ...own }, { dir, began, phases }).finally(() =>
    own?.stack.stop(),
  );
  await forgetRun(`${dir}-stack`);
  if (isFine(result)) await forgetRun(dir);
  else await keepEvidence(dir, result, evidence);
  say(describeResult(result, dir));
  return result;
}

type Running = { dir: string; began: Date; phases: Phases };

async function openOwn(
  campaign: Campaign,
  dir: string,
): Promise<Pick<CampaignRun, "stack" | "cluster"> | null> {
  const cluster = await campaign.openCluster?.(dir);
  if (cluster) return { stack: asStack(cluster), cluster };
  const stack = await campaign.openStack?.(dir);
  return stack ? { stack } : null;
}

async function runOn(run: CampaignRun, { dir, began, phases }: Running) {
  const { stack, cluster, campaign, seed, deadlineMs, signal } = run;
  const settings = { timings: run.timings, mains: AIMED_MAINS, ...campaign.rig };
  const rig = await phases.run("open", () => openRig({ stack, cluster, dir, seed, ...settings }));
  const stop = () => void rig.processes.stop();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const judged = withinTime(strikeAndJudge(run, rig, phases), deadlineMs, () =>
    [phases.current(), ...rig.unrecovered].join("; "),
  );
  const found = await judged.finally(() => phases.run("close", rig.close));
  signal.removeEventListener("abort", stop);
  const { name, mustShow } = campaign;
  const about = { campaign: name, seed, began, phases: phases.list, ...(mustShow ? { mustShow } : {}) };
  return { result: summarize({ ...about, ...found }), evidence: found.evidence };
}

async function strikeAndJudge(run: CampaignRun, rig: Rig, phases: Phases) {
  const { campaign } = run;
  const { struck, plan, cutShort } = await phases.run("strike", () => strikeUnderLoad(run, rig));
  const limits = campaign.mustShow ? BAD_QUIET : {};
  const quietMs = await phases.run("quiet", () => untilQuiet(rig, limits));
  const { afterwards } = campaign;
  const after = afterwards && (await phases.run("afterwards", () => afterwards(rig)));
  struck.push(...(after?.struck ?? []));
  const read = after?.evidence ?? (await phases.run("read", () => readEvidence(rig)));
  const evidence = { ...read, leaks: await phases.run("logs", () => readLeaks(rig)) };
  const refused = campaign.takesAll ? findRefusals(struck) : [];
  const violations = [...check(evidence), ...refused, ...(after?.violations ?? [])];
  return { struck, plan, cutShort, quietMs, evidence, violations };
}

const findRefusals = (struck: readonly Struck[]): Violation[] =>
  struck
    .map(({ fault, window }) => ({ fault, count: (window?.refused ?? 0) + (window?.unanswered ?? 0) }))
    .filter(({ count }) => count > 0)
    .map(({ fault, count }) => ({
      invariant: "I13",
      damage: "refused",
      where: fault,
      detail: `${count} webhooks`,
    }));

async function strikeUnderLoad(
  run: CampaignRun,
  rig: Rig,
): Promise<{ struck: Struck[]; plan: string[]; cutShort: Result["cutShort"] }> {
  const { campaign, seed, say } = run;
  const struck: Struck[] = [];
  const faults = campaign.lanes.flat().map(({ fault }) => fault);
  const plan = planStrikes(seed, campaign.lanes, campaign.gapMs);
  rig.vendor.setRate(campaign.rate);
  await sleep(LEAD_MS);
  let tried = 0;
  const onStruck = (each: Struck) => {
    struck.push(each);
    say(describeStruck(each, `${++tried} of ${plan.flat().length}`));
  };
  const until = Date.now() + LIMIT_MS;
  struck.push(...((await campaign.beforehand?.(rig)) ?? []));
  const state = { over: false };
  const beside = campaign.beside?.(rig, () => state.over);
  const stop = () => run.signal.aborted || Date.now() > until;
  const isWhole = await carryOut(rig, plan, faults, { stop, onStruck });
  state.over = true;
  struck.push(...((await beside) ?? []));
  const ordered = plan.flat().map(({ fault }) => fault);
  if (campaign.endsInDeath ?? !campaign.mustShow) {
    ordered.push(LAST_DEATH.name);
    struck.push(await endInDeath(rig));
  }
  await rig.vendor.stop();
  const cutShort = isWhole ? null : run.signal.aborted ? "stopped" : "time limit";
  return { struck, plan: ordered, cutShort };
}

const describeStruck = ({ fault, recoverMs }: Struck, count: string) =>
  `${count}: ${fault}: ${recoverMs === null ? "did not happen, or not ready again" : `ready after ${(recoverMs / 1_000).toFixed(1)} s`}`;

/**
 * Kills a projector after it has stored the last events and before it has notified any client, so that no later event
 * makes up for the lost notices. The events come while the projectors sleep: the first batch has the events that were
 * on their way then, the second has many calls.
 */
async function endInDeath(rig: Rig): Promise<Struck> {
  rig.vendor.setRate(0);
  await sleep(SILENCE_MS);
  const strike = { fault: LAST_DEATH.name, target: "projector-1", holdMs: 0, hits: 2, gapMs: 0 };
  const striking = carryOutOne(rig, LAST_DEATH, strike);
  const projectors = rig.processes.of("projector");
  for (const projector of projectors) projector.kill("SIGSTOP");
  await rig.vendor.burst(LAST_EVENTS);
  for (const projector of projectors) projector.kill("SIGCONT");
  // during a rebalance the other projector may get the whole burst
  for (let bursts = 1; bursts < LAST_BURSTS && !(await diesSoon(projectors[0]!)); bursts++)
    await rig.vendor.burst(LAST_EVENTS);
  const { happened: _, ...struck } = await striking;
  return struck;
}
