import type { Phase } from "./phases.ts";
import { countStrikes, type Result } from "./result.ts";

type Row = {
  fault: string;
  runs: number;
  acknowledged: number;
  missing: number;
  doubled: number;
  stale: number;
  other: number;
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
  const head = "| fault | runs | acknowledged | missing | doubled | stale | other | ready again p50 / max |";
  return [head, "|---|---|---|---|---|---|---|---|", ...lines, formatTotal(results)].join("\n");
}

const isOfGoodBuild = ({ mustShow }: Result) => !mustShow;

function addResult(rows: Map<string, Row>, result: Result): void {
  const { acknowledged, missing, doubled, stale, other } = result;
  for (const [fault, struck] of Map.groupBy(result.struck, (each) => each.fault)) {
    const happened = struck.flatMap(({ recoverMs }) => (recoverMs === null ? [] : [recoverMs]));
    if (happened.length === 0) continue;
    const row = rows.get(fault) ?? emptyRow(fault);
    row.runs += happened.length;
    row.acknowledged += acknowledged;
    row.missing += missing;
    row.doubled += doubled;
    row.stale += stale;
    row.other += other;
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

const formatRow = ({ fault, runs, acknowledged, missing, doubled, stale, other, recoverMs }: Row) =>
  `| ${[fault, runs, count(acknowledged), missing, doubled, stale, other, formatRecovery(recoverMs)].join(" | ")} |`;

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
  const damage = [sum((r) => r.missing), sum((r) => r.doubled), sum((r) => r.stale), sum((r) => r.other)];
  return `| **all, ${good.length} campaigns** | ${runs} | ${count(sum((r) => r.acknowledged))} | ${damage.join(" | ")} | |`;
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
    const { campaign, seed, seconds, struck, acknowledged, requests, quietMs, told, slowestMs } = result;
    const strikes = `${countStrikes(struck)} of ${describePlanned(result)}`;
    const heard = told ? `${told.p99} ms (${count(told.count)})` : "-";
    const times = [formatSeconds(quietMs), heard, formatSeconds(slowestMs)];
    return `| ${[campaign, seed, `${seconds} s`, strikes, count(acknowledged), count(requests), ...times].join(" | ")} |`;
  });
  const head =
    "| campaign | seed | took | struck of planned | acknowledged | requests | quiet after | notified p99 (of) | slowest request |";
  return [head, "|---|---|---|---|---|---|---|---|---|", ...lines].join("\n");
}

function describePlanned({ planned, cutShort }: Result): string {
  const count = Object.values(planned).reduce((sum, times) => sum + times, 0);
  if (cutShort === null) return String(count);
  return `${count}, ${cutShort === "stopped" ? "stopped" : "then the time was over"}`;
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
    const { campaign, acknowledged, missing, doubled, stale, other, damages } = result;
    const found = damages.length === 0 ? "NOTHING" : damages.join(", ");
    return `| ${[campaign.replace("known bad: ", ""), count(acknowledged), missing, doubled, stale, other, found].join(" | ")} |`;
  });
  const head = "| known bad | acknowledged | missing | doubled | stale | other | found |";
  return [head, "|---|---|---|---|---|---|---|", ...lines].join("\n");
}
