import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { findUses, readSources, type Uses } from "./imports.ts";
import { WORKERS } from "./options.ts";
import { bandOf } from "./run-jest.ts";
import { readKnownSeconds, secondsOf } from "./slowest-first.ts";

const root = join(import.meta.dirname, "..", "..");

/** Time budget of a run in seconds. A developer waits two minutes, and the parts need the rest to start. */
const BUDGET_SECONDS = 90;
type Choice = { since: string; all: boolean; say: (line: string) => void };

/**
 * The suites that use a file changed since a revision, directly or through other files, the nearest first.
 * Without `all` only as many as fit into two minutes. Throws if git does not know the revision.
 */
export async function chooseChanged(
  suites: readonly string[],
  { since, all, say }: Choice,
): Promise<string[]> {
  const changed = listChanged(since);
  const distances = findDistances(findUses(readSources(root)), changed);
  const touched = suites.filter((path) => distances.has(path));
  const nearest = sortByDistance(touched, distances);
  const chosen = all ? nearest : fitInto(BUDGET_SECONDS * WORKERS, nearest);
  say(
    `${changed.length} files changed since ${since}: they touch ${touched.length} of ${suites.length} suites`,
  );
  const left = nearest.filter((path) => !chosen.includes(path));
  if (left.length > 0)
    say(
      `skipped because of the time limit: ${left.length} more distant suites (\`--all\` runs them): ${left.join(", ")}`,
    );
  return chosen;
}

function listChanged(since: string): string[] {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\n");
  const tracked = git("diff", "--name-only", "--no-renames", since, "--");
  return [...tracked, ...git("ls-files", "--others", "--exclude-standard")].filter(Boolean);
}

/**
 * The number of steps of use between each file and the nearest changed one: 0 for a changed file, no entry
 * for an unrelated one.
 */
export function findDistances(uses: Uses, changed: readonly string[]): Map<string, number> {
  const users = new Map<string, string[]>();
  for (const [user, used] of uses)
    for (const each of used) users.set(each, [...(users.get(each) ?? []), user]);
  const distances = new Map(changed.map((path) => [path, 0]));
  // the iteration of a Map includes entries that are added meanwhile
  for (const [path, distance] of distances)
    for (const user of users.get(path) ?? []) if (!distances.has(user)) distances.set(user, distance + 1);
  return distances;
}

/** Sorts unit tests first, because they start nothing, then by distance, and then the quickest first. */
function sortByDistance(suites: readonly string[], distances: ReadonlyMap<string, number>): string[] {
  const known = readKnownSeconds();
  const rank = (path: string) => [
    bandOf(path) === "unit" ? 0 : 1,
    distances.get(path) ?? 0,
    secondsOf(known, path),
  ];
  const compare = (one: number[], other: number[]) =>
    one.map((value, n) => value - other[n]!).find((difference) => difference !== 0) ?? 0;
  return suites.toSorted((one, other) => compare(rank(one), rank(other)));
}

/** The suites that fit into this number of seconds of all workers, in their order. */
function fitInto(seconds: number, suites: readonly string[]): string[] {
  const known = readKnownSeconds();
  let left = seconds;
  return suites.filter((path) => {
    const takes = secondsOf(known, path);
    if (takes > left) return false;
    left -= takes;
    return true;
  });
}
