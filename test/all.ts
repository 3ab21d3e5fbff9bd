import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Stack } from "@teravoz/stack";
import type { Campaign } from "./faults/campaigns/campaign.ts";
import { quickCampaigns } from "./faults/campaigns/quick.ts";
import { countRows, ledgerPath, runFaults } from "./faults/faults.ts";
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

/** Every kind of fault once, on the stack the suites had. What runs elsewhere may not be killed: there it is left out. */
async function runQuickFaults(stack: Stack, patterns: string[]): Promise<Totals> {
  const isWanted = ({ name }: Campaign) =>
    patterns.length === 0 || patterns.some((pattern) => new RegExp(pattern, "i").test(`test/faults/${name}`));
  const campaigns = quickCampaigns.filter(isWanted);
  if (campaigns.length === 0 || stack.provider === "external") return { passed: 0, failed: 0 };
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const stopping = new AbortController();
  process.once("SIGTERM", () => stopping.abort()).once("SIGINT", () => stopping.abort());
  const ledger = ledgerPath("quick");
  return countRows(await runFaults({ stack, campaigns, seed: 1, ledger, say, signal: stopping.signal }));
}

const sum = (all: Totals[]): Totals => ({
  passed: all.reduce((count, { passed }) => count + passed, 0),
  failed: all.reduce((count, { failed }) => count + failed, 0),
});

const patterns = process.argv.slice(2);
const unit = await runJest(["unit"], patterns);
const real = await withSharedStack(async (stack) => {
  const suites = await runJest(["integration", "e2e"], patterns);
  return sum([suites, await runQuickFaults(stack, patterns)]);
});
const total = sum([unit, real]);
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
// a socket of a client that was cut off may linger
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
