import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { describeMachine } from "../runner/timings.ts";

/** The outcome of the last run of a piece. */
export type PieceResult = {
  name: string;
  date: string;
  /** The commit that ran. */
  commit: string;
  seconds: number;
  passed: number;
  failed: number;
};

export const isGreen = ({ passed, failed }: PieceResult): boolean => failed === 0 && passed > 0;

export const readResults = (file: string): PieceResult[] =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as PieceResult[]) : [];

/**
 * Returns `results` in the order of `names`, with the new result in place of an older one of the same piece. Results of
 * removed pieces are dropped.
 */
export function addResult(
  results: readonly PieceResult[],
  result: PieceResult,
  names: readonly string[],
): PieceResult[] {
  const all = new Map([...results, result].map((each) => [each.name, each]));
  return names.flatMap((name) => all.get(name) ?? []);
}

/** Writes the results, and the page that shows them. */
export async function keepResults(
  file: string,
  page: string,
  results: readonly PieceResult[],
): Promise<void> {
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(
    page,
    `# Results of the long run\n\n${INTRODUCTION}\n\n${formatResults(results)}\n\n${describeMachine()}\n`,
  );
}

const INTRODUCTION = `Written by \`npx -y pnpm test:long\`, which runs every suite and campaign with full counts in pieces
of at most ten minutes and continues where it stopped. Every piece runs before a release. The table
of faults is in \`test/faults/RESULTS.md\`, the table of the page in \`test/browser/README.md\`.`;

export function formatResults(results: readonly PieceResult[]): string {
  const row = ({ name, date, commit, seconds, passed, failed }: PieceResult) =>
    `| ${name} | ${date} | ${commit} | ${seconds} | ${passed} | ${failed} |`;
  return [
    "| piece | date | commit | seconds | passed | failed |",
    "|---|---|---|---|---|---|",
    ...results.map(row),
  ].join("\n");
}
