import { KINDS } from "./kinds.ts";
import type { Report } from "./rebuild.ts";

/** What a rebuild did, or with `dryRun` would do: kinds of change and numbers, nothing of any call. */
export function formatReport(
  report: Report,
  { dryRun, seconds }: { dryRun: boolean; seconds: number },
): string {
  const { looked, changed, added, removed, kinds, agents } = report;
  const outcome = dryRun ? "would be " : "";
  const lines = KINDS.flatMap((kind) => (kinds[kind] ? [`  ${kind}: ${kinds[kind]}`] : []));
  return [
    `${looked} calls looked at in ${seconds.toFixed(1)} s: ${changed} ${outcome}changed, ${added} ${outcome}added (events without a call), ${removed} ${outcome}removed (calls without events)`,
    ...(agents > 0 ? [`${agents} agents ${outcome}changed`] : []),
    ...(lines.length > 0 ? ["changed calls by kind (a call may be in several):", ...lines] : []),
  ].join("\n");
}
