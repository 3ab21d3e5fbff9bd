import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPage } from "../support/browser/browser.ts";
import { installChromium } from "../support/browser/chromium.ts";
import { withSharedStack } from "../support/stack/shared-stack.ts";
import { readStarts, STARTS_FILE } from "../support/stack/starts.ts";
import { chooseChanged } from "./changed.ts";
import { openCoverage } from "./coverage.ts";
import { type Options, parseOptions } from "./options.ts";
import { bandOf, runJest, type SuiteOutcome, sumTotals, type Wanted } from "./run-jest.ts";
import { listSuites, matchSuites, type Selection, sortByNeeds } from "./select.ts";
import { collectTimings, formatTimings } from "./timings.ts";

const say = (line: string) => void process.stderr.write(`${line}\n`);

// a stopped run starts no further suite
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort()).once("SIGINT", () => stopping.abort());

/** The Jest projects whose suites need the parts. */
const REAL = ["integration", "e2e", "browser"];

const parsed = parseOptions(process.argv.slice(2));
const outcomes = await runAll(parsed).catch((error: Error) => {
  say(`test: ${error.message}`);
  process.exit(1);
});
const { passed, failed } = sumTotals(outcomes);
if (passed + failed === 0) say("no test was run: check the patterns and the title");
process.stdout.write(`${passed} passed, ${failed} failed\n`);
// an open socket of a disconnected client could keep the process running
process.exit(failed === 0 && passed > 0 ? 0 : 1);

async function runAll(options: Options): Promise<SuiteOutcome[]> {
  const began = performance.now();
  const dir = await mkdtemp(join(tmpdir(), "teravoz-run-"));
  const starts = join(dir, "starts.jsonl");
  process.env[STARTS_FILE] = starts;
  const coverage = options.coverage ? openCoverage(dir) : null;
  const run = { title: options.title, workers: options.workers, coverageDir: coverage?.jestDir };
  const suites = await runRounds(await choose(options), { ...run, rounds: options.repeat });
  const wall = (performance.now() - began) / 1_000;
  const timings = collectTimings({ suites, starts: readStarts(starts), wall, now: new Date() });
  say(formatTimings(timings));
  if (options.timings) await writeFile(options.timings, `${JSON.stringify(timings, null, 2)}\n`);
  if (coverage) say(await coverage.report());
  await rm(dir, { recursive: true, force: true });
  return suites;
}

async function choose({ patterns, changed, all, units }: Options): Promise<Selection> {
  const matching = matchSuites(listSuites(), patterns);
  const suites =
    changed === undefined ? matching : await chooseChanged(matching, { since: changed, all, say });
  return sortByNeeds(units ? suites : suites.filter((path) => bandOf(path) !== "unit"));
}

type Run = Pick<Wanted, "title" | "workers" | "coverageDir">;

/** Runs everything for this number of rounds on one stack. */
async function runRounds(selection: Selection, run: Run & { rounds: number }): Promise<SuiteOutcome[]> {
  const { rounds } = run;
  const units = () => runSuites(["unit"], selection.units, run);
  const round = async (n: number, parts: () => Promise<SuiteOutcome[]>) => {
    if (stopping.signal.aborted) return [];
    const suites = await parts();
    const red = suites.filter(({ failed }) => failed > 0).map(({ path }) => path);
    if (rounds > 1)
      say(`round ${n} of ${rounds}: ${red.length === 0 ? "all passed" : `failed: ${red.join(", ")}`}`);
    return suites;
  };
  const inRounds = async (parts: (n: number) => Promise<SuiteOutcome[]>) => {
    const all: SuiteOutcome[] = [];
    for (let n = 1; n <= rounds; n++) all.push(...(await round(n, () => parts(n))));
    return all;
  };
  const { real } = selection;
  if (real.length === 0) return inRounds(units);
  // the first round of the unit tests runs while the parts start
  const early = units();
  return withSharedStack(async () => {
    await prepareBrowser(real);
    return inRounds(async (n) => [
      ...(await (n === 1 ? early : units())),
      ...(await runSuites(REAL, real, run)),
    ]);
  });
}

async function runSuites(projects: string[], files: readonly string[], run: Run): Promise<SuiteOutcome[]> {
  if (files.length === 0 || stopping.signal.aborted) return [];
  const { suites, failed } = await runJest({ ...run, projects, files });
  // Jest may fail without a failed test
  const isSaid = failed === 0 || suites.some((suite) => suite.failed > 0);
  return isSaid
    ? suites
    : [...suites, { path: "jest", band: projects[0]!, seconds: 0, passed: 0, failed, tests: [] }];
}

/** Prepares Chromium and the page before any suite starts, because a suite of any worker may need them first. */
async function prepareBrowser(suites: readonly string[]): Promise<void> {
  if (suites.some((path) => bandOf(path) === "browser")) await installChromium(say);
  await buildPage();
}
