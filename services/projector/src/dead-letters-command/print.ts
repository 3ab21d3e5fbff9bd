import { type Faults, faultsInWords } from "../admin-client.ts";
import type { ListedDeadLetter, ShownDeadLetter } from "./client.ts";

/** The result for one dead letter. */
export type ActionResult = { id: string; ok: boolean; errors?: Faults };
export type Progress = { moved(): void; stop(): void };

/** The time between two lines of progress: short enough to show that the work continues, long enough for a log. */
const SAY_EVERY_MS = 1_000;

const HEAD = ["first seen", "status", "reason", "type", "key", "copies", "id"];

/**
 * Formats dead letters as a table, one in a line. Control characters are replaced, so that no dead letter can move the
 * terminal's cursor.
 */
export function formatList(deadLetters: readonly ListedDeadLetter[]): string {
  if (deadLetters.length === 0) return "no dead letters";
  const rows = deadLetters.map(({ first_seen, status, reason, type, key, copies, id }) =>
    [first_seen, status, reason, type ?? "-", key ?? "-", String(copies), id].map(printable),
  );
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...rows].map((row) => row[column]!.length)));
  return [HEAD, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const printable = (text: string) => text.replaceAll(/\p{Cc}/gu, "?");

/** Formats a dead letter with all its fields, its body last. */
export function formatDeadLetter({ body, encoding, source, ...deadLetter }: ShownDeadLetter): string {
  const from = source && `${source.topic} ${source.partition}:${source.offset}`;
  const fields = Object.entries({ ...deadLetter, source: from, encoding });
  const lines = fields.map(([name, value]) => `${name.padEnd(11)} ${printable(String(value ?? "-"))}`);
  return `${lines.join("\n")}\n\n${body === null ? "(dropped)" : body.replaceAll(/[^\P{Cc}\n\t]/gu, "?")}\n`;
}

/** Shows progress on `say` until it is stopped. */
export function showProgress(total: number, done: () => number, say: (line: string) => void): Progress {
  let saidAt = performance.now();
  const moved = () => {
    if (performance.now() - saidAt < SAY_EVERY_MS) return;
    saidAt = performance.now();
    say(`${done()} of ${total}`);
  };
  const timer = setInterval(() => say(`${done()} of ${total}`), 5 * SAY_EVERY_MS);
  return { moved, stop: () => clearInterval(timer) };
}

const DONE = { redrive: "redriven", drop: "dropped" };
const WOULD = { redrive: "would be redriven", drop: "would be dropped" };

/** Prints the results: the reasons of each refusal, and the totals. */
export function printResults(
  { out, say }: { out(text: string): void; say(line: string): void },
  reports: readonly ActionResult[],
  { deed, dryRun, json }: { deed: "redrive" | "drop"; dryRun?: boolean; json?: boolean },
): void {
  const done = (dryRun ? WOULD : DONE)[deed];
  const refused = reports.filter(({ ok }) => !ok);
  for (const { id, errors = [] } of refused) say(`${id}: ${faultsInWords(errors)}`);
  if (json) out(JSON.stringify(reports, null, 2));
  else out(`${reports.length - refused.length} ${done}, ${refused.length} refused`);
}
