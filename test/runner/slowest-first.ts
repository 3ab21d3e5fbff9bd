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

const WITH_WHOLE_GATEWAY = /^test\/(e2e|browser)\//;

/**
 * Takes alternately from the suites on a whole gateway, which keep the cores busy, and from the others, which mostly
 * wait. Two busy ones at once take several times as long: starved consumers lose their partitions again and again.
 */
export function alternate(paths: readonly string[]): string[] {
  const busy = paths.filter((path) => WITH_WHOLE_GATEWAY.test(path));
  const others = paths.filter((path) => !WITH_WHOLE_GATEWAY.test(path));
  const pairs = Array.from({ length: Math.max(busy.length, others.length) }, (_, n) => [busy[n], others[n]]);
  return pairs.flat().filter((path) => path !== undefined);
}

/**
 * Jest's sequencer. It starts the slowest suites of each kind first, so that all workers end at about the same time.
 * Jest requires a class and a default export.
 */
export default class SlowestFirst {
  sort(files: JestTestFile[]): JestTestFile[] {
    const known = readKnownSeconds();
    const byPath = new Map(files.map((file) => [relative(root, file.path), file]));
    const seconds = (path: string) => secondsOf(known, path);
    const bytes = (path: string) => statSync(join(root, path)).size;
    const slowest = [...byPath.keys()].sort(
      (one, other) => seconds(other) - seconds(one) || bytes(other) - bytes(one),
    );
    return alternate(slowest).map((path) => byPath.get(path)!);
  }
  allFailedTests(files: JestTestFile[]): JestTestFile[] {
    return files;
  }
  cacheResults(): void {}
}
