import type { Answer } from "./send.ts";

export type Tally = {
  add(answer: Answer): void;
  /** How many answers there are so far. */
  count(): number;
  rows(): SummaryRow[];
};

export type SummaryRow = {
  status: string;
  count: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
};

/** Collects answers by status with their latencies in ms. */
export function createTally(): Tally {
  const latencies = new Map<string, number[]>();
  let total = 0;
  return {
    add({ status, latencyMs }) {
      total += 1;
      const name = String(status);
      const known = latencies.get(name);
      if (known) known.push(latencyMs);
      else latencies.set(name, [latencyMs]);
    },
    count: () => total,
    rows: () => [...latencies].sort(([one], [other]) => one.localeCompare(other)).map(summarise),
  };
}

function summarise([status, values]: [string, number[]]): SummaryRow {
  const sorted = Float64Array.from(values).sort();
  const [p50, p90, p99, max] = [0.5, 0.9, 0.99, 1].map((share) => percentile(sorted, share));
  return { status, count: values.length, p50: p50 ?? 0, p90: p90 ?? 0, p99: p99 ?? 0, max: max ?? 0 };
}

/** The smallest value that at least `share` (0..1) of the sorted values do not exceed; NaN where there are none. */
export const percentile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

/** Rows of cells as aligned columns: the first to the left, the others to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const align = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(align).join("  ").trimEnd()).join("\n");
}

/** The table of the answers, latencies in ms. */
export function formatSummary(rows: readonly SummaryRow[]): string {
  const ms = (value: number) => value.toFixed(1);
  const cells = rows.map(({ status, count, p50, p90, p99, max }) => [
    status,
    String(count),
    ...[p50, p90, p99, max].map(ms),
  ]);
  return formatTable([["answer", "count", "p50 ms", "p90 ms", "p99 ms", "max ms"], ...cells]);
}

/** What to do about the answers that were no 200; one line each, none where all is well. */
export function adviseOn(statuses: readonly string[], url: string): string[] {
  return statuses
    .filter((status) => status !== "200")
    .map((status) => `${status}: ${ADVICE[status] ?? advise(status, url)}`);
}

const START = "start everything with `npx -y pnpm start`, then try again";
const ADVICE: Record<string, string> = {
  ECONNREFUSED: `nothing listens there: ${START}, or give another address with --url`,
  ENOTFOUND: "the host of --url is not known",
  timeout: "no answer in time: look at ingest's log and at /readyz",
  "401": "the token is missing or wrong: give it with --token or in WEBHOOK_TOKEN",
  "404": "there is no webhook at this path: see --url",
  "422": "refused and kept in dead-letters: the receiver does not know these events",
  "503": "the receiver could not store it, and sending again is safe: look at /readyz of ingest",
};

const advise = (status: string, url: string) =>
  /^\d+$/.test(status) ? "not what a webhook should answer" : `${url} could not be reached`;
