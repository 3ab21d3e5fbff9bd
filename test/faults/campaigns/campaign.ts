import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@teravoz/stack";
import { check } from "../checker/checker.ts";
import type { Evidence } from "../checker/evidence.ts";
import type { Damage, Violation } from "../checker/violation.ts";
import { carryOut, carryOutOne, type Struck } from "../nemesis/nemesis.ts";
import { aimedKills } from "../nemesis/of-services.ts";
import { type LaneOrder, planStrikes } from "../nemesis/plan.ts";
import { readEvidence, untilQuiet } from "../rig/quiet.ts";
import { readLeaks } from "../rig/remains.ts";
import { forgetRun, openRig, type Rig, type RigOptions } from "../rig/rig.ts";
import { describeResult, isFine, keepEvidence, type Result, summarize } from "./result.ts";

/** A run of one gateway under load, with faults in lanes side by side, judged when all is quiet again. */
export type Campaign = {
  name: string;
  lanes: readonly LaneOrder[];
  /** Events a second. */
  rate: number;
  /** Longest pause between two strikes of a lane. */
  gapMs: number;
  rig?: Omit<RigOptions, "stack" | "dir" | "seed">;
  /** In place of the stack that all share; it is stopped with the campaign. */
  openStack?(dir: string): Promise<Stack>;
  /** A build known to be bad: it must show this, and is fine where it does. */
  mustShow?: readonly Damage[];
  /** Whether the last events are followed by their projector's death (default: of every good build). */
  endsInDeath?: boolean;
  /** What goes on beside the lanes; `over` says when they are done. Names what it did, as a fault's strikes are named. */
  beside?(rig: Rig, over: () => boolean): Promise<Struck[]>;
  /** What is done to the quiet gateway, what that showed, and the evidence that is judged. */
  afterwards?(rig: Rig): Promise<{ struck: Struck[]; violations: Violation[]; evidence: Evidence }>;
};

export type Say = (line: string) => void;

export type CampaignRun = {
  stack: Stack;
  campaign: Campaign;
  seed: number;
  /** Takes a folder for each run. */
  runs: string;
  say: Say;
  /** Ends it: its processes are stopped. */
  signal: AbortSignal;
};

const SERVICES = join(import.meta.dirname, "..", "services");
/** As production runs them, with someone watching who may kill them. */
export const AIMED_MAINS = {
  ingest: join(SERVICES, "ingest.ts"),
  projector: join(SERVICES, "projector.ts"),
};

/** A campaign with its quiet and its check ends within ten minutes: strikes are begun for this long. */
const LIMIT_MS = 8 * 60_000;
/** What a bad build has lost does not come: it is given the time that a projector's restart takes. */
const BAD_QUIET_MS = 15_000;
/** Traffic before the first strike. */
const LEAD_MS = 1_500;
const LAST_EVENTS = 60;
const SILENCE_MS = 300;
const LAST_DEATH = aimedKills.find(({ name }) => name.endsWith("before the notice"))!;

/** Runs a campaign. A red one leaves its folder with seed, history and logs; so does one that could not be run. */
export async function runCampaign(run: CampaignRun): Promise<Result> {
  const { campaign, seed, runs, say, signal } = run;
  const began = new Date();
  const dir = join(runs, `${seed}-${campaign.name.replaceAll(/[^a-z0-9]+/gi, "-")}`);
  await forgetRun(dir);
  const own = await campaign.openStack?.(`${dir}-stack`);
  const rig = await openRig({ stack: own ?? run.stack, dir, seed, mains: AIMED_MAINS, ...campaign.rig });
  signal.addEventListener("abort", () => void rig.processes.stop());
  const judged = strikeAndJudge(run, rig, began);
  const { result, evidence } = await judged.finally(() => rig.close()).finally(() => own?.stop());
  await forgetRun(`${dir}-stack`);
  if (isFine(result)) await forgetRun(dir);
  else await keepEvidence(dir, result, evidence);
  say(describeResult(result, dir));
  return result;
}

async function strikeAndJudge(run: CampaignRun, rig: Rig, began: Date) {
  const { campaign, seed } = run;
  const { struck, plan, cutShort } = await strikeUnderLoad(run, rig);
  const quietMs = await untilQuiet(rig, campaign.mustShow && BAD_QUIET_MS);
  const after = await campaign.afterwards?.(rig);
  struck.push(...(after?.struck ?? []));
  const evidence = { ...(after?.evidence ?? (await readEvidence(rig))), leaks: await readLeaks(rig) };
  const violations = [...check(evidence), ...(after?.violations ?? [])];
  const { name, mustShow } = campaign;
  const found = { struck, plan, cutShort, quietMs, evidence, violations, ...(mustShow ? { mustShow } : {}) };
  return { result: summarize({ campaign: name, seed, began, ...found }), evidence };
}

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
  const onStruck = (each: Struck) => {
    struck.push(each);
    say(describeStruck(each, `${struck.length} of ${plan.flat().length}`));
  };
  const until = Date.now() + LIMIT_MS;
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
  `${count}: ${fault}: ${recoverMs === null ? "did not come to pass" : `ready after ${(recoverMs / 1_000).toFixed(1)} s`}`;

/**
 * The last events are stored and their projector dies before it has told anybody: no later event makes up for what is not told
 * again. They come while the projectors sleep: the first batch is what was on its way then, the second has many calls.
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
  return striking;
}
