import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";

/** The text of each file, by its path from the root of the checkout. */
export type Sources = ReadonlyMap<string, string>;

/** The files that each file uses when it runs: imports, starts as a process, or reads. */
export type Uses = ReadonlyMap<string, ReadonlySet<string>>;

/** Started files whose paths are built at run time, so that no reader of the text finds them. */
const STARTED: Record<string, readonly string[]> = {
  "packages/stack/src/run/services.ts": ["ingest", "projector", "realtime"].map(
    (name) => `services/${name}/src/main.ts`,
  ),
  "packages/stack/src/run/jobs.ts": [
    "packages/kafka/src/topics/topics-command.ts",
    "services/board/src/main.tsx",
  ],
};

const isCode = (path: string) => /\.tsx?$/.test(path);

/** Reads every file of the checkout that git tracks or would track. */
export function readSources(root: string): Sources {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const paths = listed.split("\n").filter((path) => path !== "" && existsSync(join(root, path)));
  return new Map(paths.map((path) => [path, isCode(path) ? readFileSync(join(root, path), "utf8") : ""]));
}

/**
 * Finds the used files. Follows an import by name through the index of a package to the file that exports the
 * name. Omits types, because they run nothing.
 */
export function findUses(sources: Sources): Uses {
  const packages = readPackages(sources);
  const others = [...sources.keys()].filter((path) => !isCode(path));
  const usesOf = (path: string, text: string): Set<string> => {
    const imported = readImports(text).flatMap((each) => resolve(sources, packages, path, each));
    const named = others.filter((other) => text.includes(`${basename(other)}"`));
    const literals = [...text.matchAll(/"([\w./-]+\.ts)"/g)].map(([, literal]) => literal!);
    const modules = literals.flatMap((literal) => [literal, normalize(join(dirname(path), literal))]);
    return new Set([
      ...imported,
      ...named,
      ...modules.filter((module) => sources.has(module)),
      ...(STARTED[path] ?? []),
    ]);
  };
  return new Map(
    [...sources].filter(([path]) => isCode(path)).map(([path, text]) => [path, usesOf(path, text)]),
  );
}

type Import = { from: string /** Null means everything. */; names: string[] | null };

function readImports(text: string): Import[] {
  const static_ = [...text.matchAll(/^(?:import|export)\s+(?!type\b)([^"';]*?)\s*from\s+"([^"]+)"/gm)].map(
    ([, what, from]) => ({ from: from!, names: namesOf(what!) }),
  );
  const bare = [...text.matchAll(/\bimport\s*\(?\s*"([^"]+)"/g)].map(([, from]) => ({
    from: from!,
    names: null,
  }));
  return [...static_, ...bare];
}

/** The names in braces without the types, null for a namespace or everything. */
function namesOf(what: string): string[] | null {
  const [, inner] = /\{([^}]*)\}/.exec(what) ?? [];
  if (inner === undefined || /\*|^\w/.test(what)) return null;
  return inner
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "))
    .map((name) => name.split(/\s+as\s+/)[0]!);
}

/** The path of each package's index, by the name of the package. */
function readPackages(sources: Sources): Map<string, string> {
  const entries = [...sources.keys()].filter((path) =>
    /^(packages|services)\/[^/]+\/src\/index\.ts$/.test(path),
  );
  const named = entries.map((path) => [`@teravoz/${path.split("/")[1]}`, path] as const);
  return new Map([...named, ["@teravoz/schemas", "schemas/index.ts"]]);
}

function resolve(
  sources: Sources,
  packages: Map<string, string>,
  path: string,
  { from, names }: Import,
): string[] {
  if (from.startsWith(".")) {
    const target = normalize(join(dirname(path), from));
    return sources.has(target) ? [target] : [];
  }
  const [scope, name, file] = from.split("/");
  const whole = packages.get(`${scope}/${name}`);
  if (!whole) return [];
  const index = file ? join(dirname(whole), file, "index.ts") : whole;
  if (!sources.has(index)) return [join(dirname(whole), `${file}.ts`)];
  return names === null
    ? [index, ...targetsOf(sources, index)]
    : names.flatMap((each) => find(sources, index, each));
}

/** The files that an index exports, directly or through the indexes of folders. */
const targetsOf = (sources: Sources, index: string): string[] =>
  [...(sources.get(index) ?? "").matchAll(/from\s+"(\.[^"]+)"/g)].flatMap(([, from]) => {
    const target = join(dirname(index), from!);
    return basename(target) === "index.ts" ? targetsOf(sources, target) : [target];
  });

/** The files behind an index that export the name, or the index itself if none is known. */
function find(sources: Sources, index: string, name: string): string[] {
  const exports = new RegExp(`export\\s+(?:async\\s+)?(?:const|let|function|class)\\s+${name}\\b`);
  const found = targetsOf(sources, index).filter((path) => exports.test(sources.get(path) ?? ""));
  return found.length > 0 ? found : [index];
}
