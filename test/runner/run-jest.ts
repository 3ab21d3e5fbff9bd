import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

export type Totals = { passed: number; failed: number };
export type TestOutcome = { title: string; passed: boolean; seconds: number };
/**
 * The outcome of one test file: its path from the root of the checkout, its Jest project, and its time in
 * all.
 */
export type SuiteOutcome = Totals & { path: string; band: string; seconds: number; tests: TestOutcome[] };
export type Suites = Totals & { suites: SuiteOutcome[]; tests: TestOutcome[] };

export type Wanted = {
  projects: readonly string[];
  /** Regular expressions on the paths of the suites. Without any, all suites run. */
  patterns?: readonly string[];
  /** Paths from the root of the checkout, instead of `patterns`. */
  files?: readonly string[];
  /** A regular expression on the full titles of the tests. */
  title?: string | undefined;
  /** Number of test files at once (default 1). */
  workers?: number;
  env?: NodeJS.ProcessEnv;
  testTimeoutMs?: number;
  /** The directory for coverage-final.json of the code that Jest itself loads. */
  coverageDir?: string | undefined;
};

const root = join(import.meta.dirname, "..", "..");
const jest = join(dirname(createRequire(import.meta.url).resolve("jest/package.json")), "bin/jest.js");

/** A rebalance after a lost session takes 30 s and more. No working test takes this long. */
const TEST_TIMEOUT_MS = 300_000;

/** Runs suites, the slowest first, and resolves with every outcome. Jest's own report goes to standard error. */
export async function runJest(wanted: Wanted): Promise<Suites> {
  const dir = await mkdtemp(join(tmpdir(), "teravoz-test-"));
  const report = join(dir, "report.json");
  // the report goes to its file and to standard output, where it is discarded
  const child = spawn(process.execPath, argumentsOf(wanted, report), {
    cwd: root,
    env: wanted.env ?? process.env,
    stdio: ["ignore", "ignore", "inherit"],
    // a new process group, so that its workers end with it
    detached: true,
  });
  const stop = () => child.pid && process.kill(-child.pid, "SIGTERM");
  process.once("SIGTERM", stop).once("SIGINT", stop);
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  process.off("SIGTERM", stop).off("SIGINT", stop);
  const suites = await readFile(report, "utf8").then(readReport, () => NO_REPORT);
  await rm(dir, { recursive: true, force: true });
  return code === 0 || suites.failed > 0 ? suites : { ...suites, failed: 1 };
}

const NO_REPORT: Suites = { passed: 0, failed: 1, suites: [], tests: [] };

function argumentsOf(wanted: Wanted, report: string): string[] {
  const { projects, patterns = [], files, title, workers = 1, coverageDir } = wanted;
  const { testTimeoutMs = TEST_TIMEOUT_MS } = wanted;
  return [
    "--experimental-vm-modules",
    "--no-warnings",
    jest,
    "--selectProjects",
    ...projects,
    ...(workers > 1 ? [`--maxWorkers=${workers}`] : ["--runInBand"]),
    `--testTimeout=${testTimeoutMs}`,
    "--json",
    `--outputFile=${report}`,
    "--passWithNoTests",
    `--testSequencer=${join(import.meta.dirname, "slowest-first.ts")}`,
    // a connection that a failed test left open must not delay the end, because the outcomes are known by
    // then
    "--forceExit",
    ...(title === undefined ? [] : [`--testNamePattern=${title}`]),
    ...(coverageDir ? [...COVERAGE, `--coverageDirectory=${join(coverageDir, projects.join("-"))}`] : []),
    ...(files ? ["--runTestsByPath", ...files] : patterns),
  ];
}

const COVERAGE = [
  `--setupFiles=${join(import.meta.dirname, "coverage-of-services.ts")}`,
  "--coverage",
  "--coverageProvider=v8",
  "--coverageReporters=json",
  ...["packages", "services"].map((area) => `--collectCoverageFrom=${area}/**/src/**/*.ts`),
  "--collectCoverageFrom=!**/*.test.ts",
  "--collectCoverageFrom=!services/board/**",
];

type JestTest = { fullName: string; status: string; duration?: number | null };
type JestSuite = { name: string; startTime: number; endTime: number; assertionResults: JestTest[] };

function readReport(text: string): Suites {
  const report = JSON.parse(text);
  const suites = (report.testResults as JestSuite[]).map(readSuite);
  return {
    passed: report.numPassedTests,
    // a suite that could not be loaded has no failed test: it counts as one
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    suites,
    tests: suites.flatMap(({ tests }) => tests),
  };
}

function readSuite({ name, startTime, endTime, assertionResults }: JestSuite): SuiteOutcome {
  const ran = assertionResults.filter(({ status }) => status === "passed" || status === "failed");
  const tests = ran.map(({ fullName, status, duration }) => ({
    title: fullName,
    passed: status === "passed",
    seconds: (duration ?? 0) / 1_000,
  }));
  const path = relative(root, name);
  return {
    path,
    band: bandOf(path),
    seconds: (endTime - startTime) / 1_000,
    passed: tests.filter(({ passed }) => passed).length,
    failed: tests.filter(({ passed }) => !passed).length,
    tests,
  };
}

export const sumTotals = (all: readonly Totals[]): Totals => ({
  passed: all.reduce((count, { passed }) => count + passed, 0),
  failed: all.reduce((count, { failed }) => count + failed, 0),
});

/** The name of the Jest project that a suite belongs to. */
export const bandOf = (path: string): string =>
  /^test\/(integration|e2e|browser)\//.exec(path)?.[1] ?? "unit";
