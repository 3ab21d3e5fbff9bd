import type { Answer } from "./send.ts";

export type Tally = {
  add(answer: Answer): void;
  /** Returns the number of answers so far. */
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

/**
 * Returns the smallest value that at least `share` (0..1) of the sorted values do not exceed. Returns NaN for an empty
 * list.
 */
export const percentile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

/** Formats rows of cells as aligned columns: the first to the left, the others to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const align = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(align).join("  ").trimEnd()).join("\n");
}

/** Formats the table of the answers, with latencies in ms. */
export function formatSummary(rows: readonly SummaryRow[]): string {
  const ms = (value: number) => value.toFixed(1);
  const cells = rows.map(({ status, count, p50, p90, p99, max }) => [
    status,
    String(count),
    ...[p50, p90, p99, max].map(ms),
  ]);
  return formatTable([["answer", "count", "p50 ms", "p90 ms", "p99 ms", "max ms"], ...cells]);
}

/** Returns advice for the answers other than 200, one line each. Empty if all are 200. */
export function adviseOn(statuses: readonly string[], url: string): string[] {
  return statuses
    .filter((status) => status !== "200")
    .map((status) => `${status}: ${ADVICE[status] ?? advise(status, url)}`);
}

const START = "start everything with `npx -y pnpm start`, then try again";
const ADVICE: Record<string, string> = {
  ECONNREFUSED: `no process listens at this address: ${START}, or set another address with --url`,
  ENOTFOUND: "the host of --url is unknown: check the name",
  timeout: "no answer in time: check ingest's log and /readyz",
  "401": "the token is missing or wrong: set it with --token or in WEBHOOK_TOKEN",
  "404": "there is no webhook at this path: check --url",
  "422": "refused and kept in dead-letters: the receiver does not know these events",
  "503": "the receiver could not store the event, and sending again is safe: check /readyz of ingest",
};

const advise = (status: string, url: string) =>
  /^\d+$/.test(status) ? "unexpected answer of a webhook" : `${url} could not be reached`;
