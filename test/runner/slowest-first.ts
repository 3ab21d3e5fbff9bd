import { readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

type JestTestFile = { path: string };

const root = join(import.meta.dirname, "..", "..");

/** The last measured seconds of each suite, by its path. `pnpm test --timings` writes them. */
export function readKnownSeconds(file = join(root, "test", "timings.json")): Record<string, number> {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { suites: Record<string, number> }).suites;
  } catch {
    return {};
  }
}

/**
 * The expected seconds of a suite. A suite without a measurement counts as slow, because an early start of a
 * quick one costs nothing.
 */
export const secondsOf = (known: Record<string, number>, path: string): number => known[path] ?? 60;

/**
 * Jest's sequencer. It starts the slowest suites first, so that all workers end at about the same time. Jest
 * requires a class and a default export.
 */
export default class SlowestFirst {
  sort(files: JestTestFile[]): JestTestFile[] {
    const known = readKnownSeconds();
    const seconds = ({ path }: JestTestFile) => secondsOf(known, relative(root, path));
    const bytes = ({ path }: JestTestFile) => statSync(path).size;
    return files.toSorted((one, other) => seconds(other) - seconds(one) || bytes(other) - bytes(one));
  }
  allFailedTests(files: JestTestFile[]): JestTestFile[] {
    return files;
  }
  cacheResults(): void {}
}
