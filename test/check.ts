import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules/.bin", name);
const jest = join(dirname(createRequire(import.meta.url).resolve("jest/package.json")), "bin/jest.js");

/** A unit test takes three seconds at most on an idle machine, and many times that on a busy one. */
const TEST_TIMEOUT_MS = 60_000;

/** What must hold before every commit, without Kafka or MongoDB, in under 45 seconds of CPU. */
const steps: [name: string, command: string, args: string[]][] = [
  ["format and lint", bin("biome"), ["check", "--error-on-warnings", "."]],
  // one thread: several would check much of the same twice, for half as much CPU again
  ["types", bin("tsc"), ["-p", ".", "--singleThreaded"]],
  ["types of the page", bin("tsc"), ["-p", "services/realtime/web", "--singleThreaded"]],
  [
    "unit tests",
    process.execPath,
    [
      "--experimental-vm-modules",
      "--no-warnings",
      jest,
      "--selectProjects",
      "unit",
      `--testTimeout=${TEST_TIMEOUT_MS}`,
    ],
  ],
];

const run = (command: string, args: string[]) =>
  new Promise<boolean>((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", () => resolve(false)).once("exit", (code) => resolve(code === 0));
  });

const began = performance.now();
const failed: string[] = [];
for (const [name, command, args] of steps) {
  const start = performance.now();
  const passed = await run(command, args);
  if (!passed) failed.push(name);
  process.stdout.write(
    `${passed ? "passed" : "FAILED"}: ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`,
  );
}
const seconds = ((performance.now() - began) / 1000).toFixed(1);
process.stdout.write(
  failed.length === 0 ? `all checks passed in ${seconds} s\n` : `failed: ${failed.join(", ")}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
