import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export type Totals = { passed: number; failed: number };
export type TestOutcome = { title: string; passed: boolean; seconds: number };
export type Suites = Totals & { tests: TestOutcome[] };

type Wanted = {
  projects: string[];
  /** Of the suites' paths; none = all. */
  patterns: string[];
  env?: NodeJS.ProcessEnv;
  testTimeoutMs?: number;
};

const root = join(import.meta.dirname, "..", "..");
const jest = join(dirname(createRequire(import.meta.url).resolve("jest/package.json")), "bin/jest.js");

/** A rebalance after a lost session takes 30 s and more; nothing that works takes this long. */
const TEST_TIMEOUT_MS = 300_000;

/** Runs suites in one process after another (two cores) and answers the true totals. */
export async function runJest(wanted: Wanted): Promise<Suites> {
  const { projects, patterns, env = process.env, testTimeoutMs = TEST_TIMEOUT_MS } = wanted;
  const dir = await mkdtemp(join(tmpdir(), "teravoz-test-"));
  const report = join(dir, "report.json");
  const args = [
    ...["--experimental-vm-modules", "--no-warnings", jest, "--selectProjects", ...projects, "--runInBand"],
    ...[`--testTimeout=${testTimeoutMs}`, "--json", `--outputFile=${report}`, "--passWithNoTests"],
    // what a failed test left open (a connection, a consumer) must not hold up the rest: the totals are known by then
    "--forceExit",
    ...patterns,
  ];
  // the report goes to its file, and to standard output: that is thrown away
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "ignore", "inherit"] });
  const stop = () => child.kill("SIGTERM");
  process.once("SIGTERM", stop).once("SIGINT", stop);
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  process.off("SIGTERM", stop).off("SIGINT", stop);
  const suites = await readFile(report, "utf8").then(readReport, () => ({ passed: 0, failed: 1, tests: [] }));
  await rm(dir, { recursive: true, force: true });
  return code === 0 || suites.failed > 0 ? suites : { ...suites, failed: 1 };
}

type Assertion = { fullName: string; status: string; duration?: number | null };

/** A suite that could not even be loaded has no failed test: it counts as one. */
function readReport(text: string): Suites {
  const report = JSON.parse(text);
  const assertions: Assertion[] = report.testResults.flatMap(
    (suite: { assertionResults: Assertion[] }) => suite.assertionResults,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    tests: assertions.map(({ fullName, status, duration }) => ({
      title: fullName,
      passed: status === "passed",
      seconds: Math.round((duration ?? 0) / 1_000),
    })),
  };
}
