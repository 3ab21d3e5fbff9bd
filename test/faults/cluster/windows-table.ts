import type { Result } from "../campaigns/result.ts";
import type { Window } from "./windows.ts";

/**
 * Formats the effect of each fault of a cluster as median / largest over its strikes: refusals, their duration, times
 * to recovery.
 */
export function formatWindows(results: readonly Result[]): string {
  const good = results.filter(({ mustShow }) => !mustShow);
  const struck = good.flatMap((result) => result.struck);
  const felt = struck.flatMap(({ fault, window }) => (window ? [{ fault, window }] : []));
  if (felt.length === 0) return "";
  const lines = [...Map.groupBy(felt, ({ fault }) => fault)].map(([fault, strikes]) =>
    formatRow(
      fault,
      strikes.map(({ window }) => window),
    ),
  );
  const head =
    "| fault | runs | refused (503) | refused for | no answer | first 200 after the fault | all stored after the fault |";
  return [head, "|---|---|---|---|---|---|---|", ...lines, "", formatViews(good)].join("\n");
}

function formatViews(results: readonly Result[]): string {
  const lines = results.flatMap(({ campaign, views, struck }) =>
    views && struck.some(({ window }) => window)
      ? [
          `| ${[campaign, `${views.steady} of ${views.of}`, views.lateNotices ?? "-", views.missedNotices].join(" | ")} |`,
        ]
      : [],
  );
  const head = "| views at quiet | clients connected all along | late notices | missed notices |";
  return [head, "|---|---|---|---|", ...lines].join("\n");
}

function formatRow(fault: string, windows: Window[]): string {
  const refused = windows.map((window) => window.refused);
  const taken = windows.flatMap(({ takenAfterMs }) => takenAfterMs ?? []);
  // windows of earlier versions have no such count
  const unanswered = windows.flatMap((window) => window.unanswered ?? []);
  const cells = [
    middleAndMost(refused, String),
    middleAndMost(
      windows.map(({ refusedMs }) => refusedMs),
      formatSeconds,
    ),
    middleAndMost(unanswered, String),
    middleAndMost(taken, formatSeconds),
    middleAndMost(
      windows.map(({ storedAfterMs }) => storedAfterMs),
      formatSeconds,
    ),
  ];
  return `| ${[fault, windows.length, ...cells].join(" | ")} |`;
}

const formatSeconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

function middleAndMost(values: number[], format: (value: number) => string): string {
  if (values.length === 0) return "-";
  const sorted = values.toSorted((one, other) => one - other);
  return `${format(sorted[Math.floor((sorted.length - 1) / 2)]!)} / ${format(sorted.at(-1)!)}`;
}
