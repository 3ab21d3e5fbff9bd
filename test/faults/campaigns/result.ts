import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { quantile } from "../../support/traffic/load.ts";
import { type Counts, countViolations } from "../checker/checker.ts";
import type { Evidence } from "../checker/evidence.ts";
import { outcomesOf } from "../checker/history.ts";
import { notifiedAfter } from "../checker/notified-rules.ts";
import { type Damage, formatViolation, type Violation } from "../checker/violation.ts";
import type { Struck } from "../nemesis/nemesis.ts";
import type { Phase } from "./phases.ts";

/** The result of one campaign. */
export type Result = Counts & {
  campaign: string;
  seed: number;
  began: string;
  seconds: number;
  /** The parts of the campaign, with their durations. */
  phases: Phase[];
  struck: Struck[];
  /** The planned number of strikes of each fault. */
  planned: Record<string, number>;
  /** The reason why strikes of the plan were left out, null if none was. */
  cutShort: "time limit" | "stopped" | null;
  /** Number of different bodies that were answered with 200. */
  acknowledged: number;
  requests: number;
  /** Time from the last request and the last heal until everything was stored and shown. */
  quietMs: number;
  /** The time from a stored change to its subscribers, in ms, while nothing was struck; null without such a change. */
  notified: { p99: number; count: number } | null;
  /**
   * `steady`: clients of `of` that kept one connection, so no new connection has corrected their views. The other two:
   * notices that realtime got late or never, by its own count. Older ledgers have no views.
   */
  views?: { steady: number; of: number; lateNotices?: number; missedNotices: number };
  /** The duration of the longest request. */
  slowestMs: number;
  violations: string[];
  /** The damages of which a build known to be bad must show one. */
  mustShow?: readonly Damage[];
  /** The kinds of violations. */
  damages: Damage[];
};

type Summed = Pick<
  Result,
  "campaign" | "seed" | "phases" | "struck" | "cutShort" | "quietMs" | "mustShow"
> & {
  began: Date;
  /**
   * The faults of the plan, each as often as planned. All other faults count as planned as often as they were tried.
   */
  plan: string[];
  evidence: Evidence;
  violations: Violation[];
};

export function summarize({ began, evidence, violations, plan, ...rest }: Summed): Result {
  const { operations } = evidence.history;
  const outcomes = [...outcomesOf(evidence.history).values()];
  return {
    ...rest,
    ...countViolations(violations),
    planned: countPlanned(plan, rest.struck),
    began: began.toISOString(),
    seconds: Math.round((Date.now() - began.getTime()) / 1_000),
    acknowledged: outcomes.filter((outcome) => outcome === "ok").length,
    requests: operations.length,
    notified: describeNotified(notifiedAfter(evidence)),
    views: describeViews(evidence),
    slowestMs: operations.reduce((longest, { t0, t1 }) => Math.max(longest, t1 - t0), 0),
    violations: violations.map(formatViolation),
    damages: [...new Set(violations.map(({ damage }) => damage))],
  };
}

const describeNotified = (times: number[]): Result["notified"] =>
  times.length === 0 ? null : { p99: quantile(times, 0.99), count: times.length };

const describeViews = ({ clients, lateNotices, missedNotices }: Evidence) => ({
  steady: clients.filter(({ connections }) => connections === 1).length,
  of: clients.length,
  lateNotices,
  missedNotices,
});

function countPlanned(plan: string[], struck: Struck[]): Record<string, number> {
  const orders = new Set(plan);
  const names = [...plan, ...struck.map(({ fault }) => fault).filter((fault) => !orders.has(fault))];
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
}

export const countStrikes = (struck: readonly Struck[]): number =>
  struck.filter(({ recoverMs }) => recoverMs !== null).length;

/** Returns the faults that struck less often than planned, in words. If the time was over, one strike is enough. */
export function findUnstruck({ planned, struck, cutShort }: Result): string[] {
  const counts = Map.groupBy(struck, ({ fault }) => fault);
  return Object.entries(planned).flatMap(([fault, times]) => {
    const count = countStrikes(counts.get(fault) ?? []);
    const least = cutShort === "time limit" ? 1 : times;
    return count < least ? [`${fault} struck ${count} of ${times} times`] : [];
  });
}

/**
 * Returns whether a good build broke no promise and was struck as planned, or a bad one showed a damage that it must
 * show.
 */
export function isFine(result: Result): boolean {
  const { mustShow, damages } = result;
  if (mustShow) return damages.some((damage) => mustShow.includes(damage));
  return damages.length === 0 && findUnstruck(result).length === 0;
}

const SHOWN = 10;

export function describeResult(result: Result, dir: string): string {
  const fine = isFine(result);
  const { campaign, seed, seconds, acknowledged, missing, doubled, stale, other, violations } = result;
  const counts = `${acknowledged} acknowledged, ${missing} missing, ${doubled} doubled, ${stale} stale, ${other} other`;
  const head = `${campaign} (seed ${seed}, ${seconds} s): ${counts}`;
  if (fine)
    return violations.length === 0 ? `GREEN ${head}` : `RED as it must be: ${head}\n  ${violations[0]}`;
  if (result.mustShow && violations.length === 0) return `FAILED, it must be red: ${head}`;
  const shown = describeFaults(result).map((each) => `  ${each}`);
  return [`RED ${head}`, ...shown, `  seed, history and logs are in ${dir}`].join("\n");
}

/** Returns the reasons why a campaign is red. */
export const describeFaults = (result: Result): string[] => [
  ...findUnstruck(result),
  ...result.violations.slice(0, SHOWN),
];

/** Writes the result, every request with its body, and the evidence beside the logs. */
export async function keepEvidence(dir: string, result: Result, evidence: Evidence): Promise<void> {
  const { history, ...read } = evidence;
  const requests = history.operations.map((each) => ({ ...each, body: history.bodies.get(each.sha) }));
  const lines = (items: unknown[]) => items.map((item) => `${JSON.stringify(item)}\n`).join("");
  const { seen, erased, notices, ...rest } = read;
  await writeFile(join(dir, "result.json"), JSON.stringify(result, null, 2));
  await writeFile(join(dir, "history.jsonl"), lines(requests));
  await writeFile(
    join(dir, "evidence.json"),
    JSON.stringify({ ...rest, seen: [...seen], erased: [...erased], notices: [...(notices ?? [])] }),
  );
}
