import { globSync } from "node:fs";
import { join } from "node:path";
import config from "../../jest.config.js";
import { bandOf } from "./run-jest.ts";

const root = join(import.meta.dirname, "..", "..");

/** Paths of suites from the root of the checkout, grouped by their needs. */
export type Selection = {
  /** Suites that start nothing. */
  units: string[];
  /** Suites that need the parts. */
  real: string[];
};

/** Every suite of the checkout. */
export function listSuites(): string[] {
  const patterns = config.projects.flatMap(({ testMatch }) => testMatch);
  const found = patterns.flatMap((pattern) =>
    globSync(pattern.replace("<rootDir>/", ""), { cwd: root, exclude: ["**/node_modules/**"] }),
  );
  return [...new Set(found)].sort();
}

/** The suites whose path matches one of the regular expressions, or all without any. */
export function matchSuites(suites: readonly string[], patterns: readonly string[]): string[] {
  const wanted = patterns.map((pattern) => new RegExp(pattern, "i"));
  return suites.filter((path) => wanted.length === 0 || wanted.some((pattern) => pattern.test(path)));
}

export function sortByNeeds(suites: readonly string[]): Selection {
  const isUnit = (path: string) => bandOf(path) === "unit";
  return { units: suites.filter(isUnit), real: suites.filter((path) => !isUnit(path)) };
}
