import { KINDS } from "./kinds.ts";
import type { RebuildReport } from "./rebuild.ts";

/**
 * Formats the report of a rebuild or of a dry run. It has kinds of change and numbers, and nothing about a single call.
 */
export function formatReport(
  report: RebuildReport,
  { dryRun, seconds }: { dryRun: boolean; seconds: number },
): string {
  const { looked, changed, added, removed, kinds, agents } = report;
  const outcome = dryRun ? "would be " : "";
  const lines = KINDS.flatMap((kind) => (kinds[kind] ? [`  ${kind}: ${kinds[kind]}`] : []));
  return [
    `${looked} calls checked in ${seconds.toFixed(1)} s: ${changed} ${outcome}changed, ${added} ${outcome}added (events without a call), ${removed} ${outcome}removed (calls without events)`,
    ...(agents > 0 ? [`${agents} agents ${outcome}changed`] : []),
    ...(lines.length > 0 ? ["changed calls by kind (a call may be in several):", ...lines] : []),
  ].join("\n");
}
