import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { ROOT } from "@teravoz/stack";
import { currentOutcome } from "./file-outcome.ts";

const FAILED = join(ROOT, ".run", "failed");

/**
 * Returns a function that returns whether a test or hook of this file has failed since this call. Outside
 * Jest it returns false.
 */
export function watchFailures(): () => boolean {
  const outcome = currentOutcome();
  const before = outcome?.failures;
  return () => outcome?.failures !== before;
}

/** Notes a seed, which is printed if the file fails, and written beside the logs. Returns the seed. */
export function noteSeed<T>(name: string, seed: T): T {
  const outcome = currentOutcome();
  if (outcome) outcome.seeds[name] = seed;
  return seed;
}

/** Draws a seed, unless the environment variable SEED repeats one, and notes it. */
export const drawSeed = (name: string): number =>
  noteSeed(name, Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31)));

/** Outside Jest. */
const noFile = { path: undefined, seeds: undefined, kept: 0 };

/**
 * Keeps evidence of a failed test in `.run/failed/<path of the suite>`: the files of `dir`, `what` (for
 * example addresses) and the seeds. Prints the directory in one line. The first call of a file removes the
 * evidence of an earlier run.
 */
export async function keepForReading(dir: string | null, what: object): Promise<void> {
  const outcome = currentOutcome() ?? noFile;
  const suite = outcome.path ? relative(ROOT, outcome.path).replace(/\.test\.ts$/, "") : "outside-jest";
  if (outcome.kept === 0) await rm(join(FAILED, suite), { recursive: true, force: true });
  const target = join(FAILED, suite, String(++outcome.kept));
  await mkdir(target, { recursive: true });
  if (dir) await cp(dir, target, { recursive: true }).catch(() => {});
  const run = { suite: outcome.path, seeds: outcome.seeds, ...what };
  await writeFile(join(target, "run.json"), `${JSON.stringify(run, null, 2)}\n`);
  process.stderr.write(`a test of ${suite} failed: logs, addresses and seeds are in ${target}\n`);
}
