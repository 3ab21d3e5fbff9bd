import { paragraph } from "../../../packages/protocol/reference/text.ts";
import type { Phase } from "./phases.ts";
import { countStrikes, type Result } from "./result.ts";

/** The kinds of damage that are counted. */
const DAMAGES = ["missing", "doubled", "stale", "other"] as const;
type Damages = Record<(typeof DAMAGES)[number], number>;

type Row = Damages & {
  fault: string;
  runs: number;
  acknowledged: number;
  recoverMs: number[];
};

/**
 * Formats a line for each fault: the number of its strikes, the counts of the campaigns in which it struck (faults of
 * one campaign share its traffic), and the time from its end to recovery. Builds known to be bad are left out.
 */
export function formatTable(results: readonly Result[]): string {
  const rows = new Map<string, Row>();
  for (const result of results.filter(isOfGoodBuild)) addResult(rows, result);
  const lines = [...rows.values()].map(formatRow);
  const head = "| fault | runs | acknowledged | damage | ready again p50 / max |";
  return [head, "|---|---|---|---|---|", ...lines, formatTotal(results)].join("\n");
}

const isOfGoodBuild = ({ mustShow }: Result) => !mustShow;

function addResult(rows: Map<string, Row>, result: Result): void {
  for (const [fault, struck] of Map.groupBy(result.struck, (each) => each.fault)) {
    const happened = struck.flatMap(({ recoverMs }) => (recoverMs === null ? [] : [recoverMs]));
    if (happened.length === 0) continue;
    const row = rows.get(fault) ?? emptyRow(fault);
    row.runs += happened.length;
    row.acknowledged += result.acknowledged;
    for (const damage of DAMAGES) row[damage] += result[damage];
    row.recoverMs.push(...happened);
    rows.set(fault, row);
  }
}

const emptyRow = (fault: string): Row => ({
  fault,
  runs: 0,
  acknowledged: 0,
  missing: 0,
  doubled: 0,
  stale: 0,
  other: 0,
  recoverMs: [],
});

const formatRow = ({ fault, runs, acknowledged, recoverMs, ...damages }: Row) =>
  `| ${[fault, runs, count(acknowledged), formatDamages(damages), formatRecovery(recoverMs)].join(" | ")} |`;

/** Formats the counts above zero, or "none". */
const formatDamages = (damages: Damages): string =>
  DAMAGES.flatMap((damage) => (damages[damage] > 0 ? `${count(damages[damage])} ${damage}` : [])).join(
    ", ",
  ) || "none";

const count = (value: number) => value.toLocaleString("en-US");

function formatRecovery(times: number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  return `${seconds(sorted[Math.floor((sorted.length - 1) / 2)]!)} / ${seconds(sorted.at(-1)!)} s`;
}

/** Formats the sum over campaigns, in which every acknowledged event counts once. */
function formatTotal(results: readonly Result[]): string {
  const good = results.filter(isOfGoodBuild);
  const sum = (of: (result: Result) => number) => good.reduce((total, result) => total + of(result), 0);
  const runs = sum(({ struck }) => countStrikes(struck));
  const damages = Object.fromEntries(DAMAGES.map((damage) => [damage, sum((r) => r[damage])])) as Damages;
  const acknowledged = count(sum((r) => r.acknowledged));
  return `| **all, ${good.length} campaigns** | ${runs} | ${acknowledged} | ${formatDamages(damages)} | |`;
}

/**
 * Counts the strikes in good builds that end a process as kill -9 does: all, and those aimed at a point of the code.
 */
export function countKillPoints(results: readonly Result[]): { all: number; aimed: number } {
  const struck = results.filter(isOfGoodBuild).flatMap((result) => result.struck);
  const count = (name: RegExp) => countStrikes(struck.filter(({ fault }) => name.test(fault)));
  return { all: count(/killed/), aimed: count(/killed (in|after|before|half way)/) };
}

export function formatKillPoints(results: readonly Result[]): string {
  const { all, aimed } = countKillPoints(results);
  return `Kill points: ${all}, of these ${aimed} aimed at a point of the code.`;
}

const formatSeconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

/**
 * Formats a line for each campaign, with the seed that repeats it. Quiet is the time from the last request and heal
 * until everything is stored and shown; notified is the time from a change to a subscriber, while nothing was struck.
 */
export function formatCampaigns(results: readonly Result[]): string {
  const lines = results.filter(isOfGoodBuild).map((result) => {
    const { campaign, seed, seconds, struck, acknowledged, quietMs, notified, slowestMs } = result;
    const strikes = `${countStrikes(struck)} of ${describePlanned(result)}`;
    const times = [formatSeconds(quietMs), notified ? `${notified.p99} ms` : "-", formatSeconds(slowestMs)];
    return `| ${[campaign, seed, `${seconds} s`, strikes, count(acknowledged), ...times].join(" | ")} |`;
  });
  const head =
    "| campaign | seed | took | struck | acknowledged | quiet after | notified p99 | slowest request |";
  return [head, "|---|---|---|---|---|---|---|---|", ...lines, "", TIME_OVER].join("\n");
}

const TIME_OVER = "With `*` the time was over before the last planned strike.";

function describePlanned({ planned, cutShort }: Result): string {
  const count = Object.values(planned).reduce((sum, times) => sum + times, 0);
  if (cutShort === null) return String(count);
  return cutShort === "stopped" ? `${count}, stopped` : `${count}*`;
}

/**
 * Formats the durations of the campaigns and of their parts, in seconds, the slowest first, and how busy the machine
 * was.
 */
export function formatTimes(results: readonly Result[]): string {
  const slowest = results.toSorted((one, other) => other.seconds - one.seconds);
  const lines = slowest.map(({ campaign, seconds, phases }) => {
    const where = phases
      .filter(({ ms }) => ms >= 500)
      .map(({ name, ms }) => `${name} ${Math.round(ms / 1_000)}`);
    return `| ${[campaign, `${seconds} s`, where.join(", "), formatBusy(phases)].join(" | ")} |`;
  });
  const sum = results.reduce((total, { seconds }) => total + seconds, 0);
  const head = "| slowest first | took | of this | cores busy |";
  return [head, "|---|---|---|---|", ...lines, `| **all, one after the other** | ${sum} s | | |`].join("\n");
}

function formatBusy(phases: readonly Phase[]): string {
  const all = phases.reduce((sum, { ms }) => sum + ms, 0);
  if (all === 0) return "-";
  return `${Math.round((phases.reduce((sum, { ms, busy }) => sum + ms * busy, 0) / all) * 100)}%`;
}

/** Formats the builds known to be bad, with the damages that the checker found in them. */
export function formatKnownBad(results: readonly Result[]): string {
  const bad = results.filter(({ mustShow }) => mustShow);
  if (bad.length === 0) return "";
  const lines = bad.map((result) => {
    const { campaign, acknowledged, damages } = result;
    const found = damages.length === 0 ? "NOTHING" : damages.join(", ");
    const counts = `${count(acknowledged)} acknowledged; ${formatDamages(result)}; found: ${found}`;
    return paragraph(`- ${campaign.replace("known bad: ", "")}: ${counts}`, "  ");
  });
  return ["Known bad builds, with what the checker found in each:", "", ...lines].join("\n");
}
