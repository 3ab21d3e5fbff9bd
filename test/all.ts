import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { withSharedStack } from "./support/shared-stack.ts";

const root = join(import.meta.dirname, "..");
const jest = join(dirname(createRequire(import.meta.url).resolve("jest/package.json")), "bin/jest.js");

/** A rebalance after a lost session takes 30 s and more; nothing that works takes this long. */
const TEST_TIMEOUT_MS = 300_000;

type Totals = { passed: number; failed: number };

/** Runs suites in one process after another (two cores) and answers the true totals. */
async function runJest(projects: string[], patterns: string[]): Promise<Totals> {
  const dir = await mkdtemp(join(tmpdir(), "teravoz-test-"));
  const report = join(dir, "report.json");
  const args = [
    ...["--experimental-vm-modules", "--no-warnings", jest, "--selectProjects", ...projects, "--runInBand"],
    ...[
      `--testTimeout=${TEST_TIMEOUT_MS}`,
      "--json",
      `--outputFile=${report}`,
      "--passWithNoTests",
      ...patterns,
    ],
  ];
  // the report goes to its file, and to standard output: that is thrown away
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const stop = () => child.kill("SIGTERM");
  process.once("SIGTERM", stop);
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  process.off("SIGTERM", stop);
  const totals = await readFile(report, "utf8").then(readTotals, () => ({ passed: 0, failed: 1 }));
  await rm(dir, { recursive: true, force: true });
  return code === 0 || totals.failed > 0 ? totals : { ...totals, failed: 1 };
}

/** A suite that could not even be loaded has no failed test: it counts as one. */
function readTotals(text: string): Totals {
  const report = JSON.parse(text);
  return { passed: report.numPassedTests, failed: report.numFailedTests + report.numRuntimeErrorTestSuites };
}

const patterns = process.argv.slice(2);
const unit = await runJest(["unit"], patterns);
const real = await withSharedStack(() => runJest(["integration", "e2e"], patterns));
const total = { passed: unit.passed + real.passed, failed: unit.failed + real.failed };
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
