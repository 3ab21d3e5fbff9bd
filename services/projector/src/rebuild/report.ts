import type { Report } from "./rebuild.ts";

/** What a rebuild did, or with `dryRun` would do, for whoever ran it. Names of fields and numbers, nothing of any call. */
export function formatReport(
  report: Report,
  { dryRun, seconds }: { dryRun: boolean; seconds: number },
): string {
  const { looked, changed, added, removed } = report;
  const outcome = dryRun ? "would be " : "";
  const fields = Object.entries(report.fields)
    .sort(([, one], [, other]) => other - one)
    .map(([field, calls]) => `  ${field}: ${calls}`);
  return [
    `${looked} calls looked at in ${seconds.toFixed(1)} s: ${changed} ${outcome}changed, ${added} ${outcome}added (events without a call), ${removed} ${outcome}removed (calls without events)`,
    ...(report.agents > 0 ? [`${report.agents} agents ${outcome}changed`] : []),
    ...(fields.length > 0 ? ["changed by field:", ...fields] : []),
  ].join("\n");
}
