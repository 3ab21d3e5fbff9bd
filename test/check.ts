import { spawn } from "node:child_process";
import { join } from "node:path";
import { runJest } from "./runner/run-jest.ts";

const root = join(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules/.bin", name);

/** A unit test takes three seconds at most on an idle machine, and many times that on a busy one. */
const TEST_TIMEOUT_MS = 60_000;

let totals = { passed: 0, failed: 0 };

/** The checks before every commit. They need neither Kafka nor MongoDB, and less than 45 seconds of CPU. */
const steps: [name: string, run: () => Promise<boolean>][] = [
  ["format and lint", () => run("biome", "check", "--error-on-warnings", ".")],
  ["types", () => checkTypes(".", "types")],
  ["types of the board", () => checkTypes("services/board", "board")],
  ["unit tests", runUnits],
];

function run(command: string, ...args: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(bin(command), args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", () => resolve(false)).once("exit", (code) => resolve(code === 0));
  });
}

/**
 * Checks types in one thread, because several threads would check many files twice, which costs half as much CPU again.
 * Skips unchanged files.
 */
function checkTypes(project: string, name: string): Promise<boolean> {
  const known = join(root, `node_modules/.cache/check/${name}.tsbuildinfo`);
  return run("tsc", "-p", project, "--singleThreaded", "--incremental", "--tsBuildInfoFile", known);
}

async function runUnits(): Promise<boolean> {
  totals = await runJest({ projects: ["unit"], testTimeoutMs: TEST_TIMEOUT_MS });
  return totals.failed === 0;
}

const secondsSince = (began: number) => ((performance.now() - began) / 1_000).toFixed(1);

const began = performance.now();
const failed: string[] = [];
for (const [name, step] of steps) {
  const start = performance.now();
  const passed = await step();
  if (!passed) failed.push(name);
  process.stdout.write(`${passed ? "passed" : "FAILED"}: ${name} (${secondsSince(start)} s)\n`);
}
process.stdout.write(
  failed.length === 0 ? `all checks passed in ${secondsSince(began)} s\n` : `failed: ${failed.join(", ")}\n`,
);
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
