import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import coverage, { type CoverageMap } from "istanbul-lib-coverage";
import v8ToIstanbul from "v8-to-istanbul";

/**
 * Name of the environment variable with the directory for the coverage of the services.
 * coverage-of-services.ts reads it.
 */
export const SERVICES_COVERAGE = "SERVICES_COVERAGE";

const root = join(import.meta.dirname, "..", "..");

export type Coverage = {
  /** The directory for the reports of the code that Jest loads itself. */
  jestDir: string;
  /** Returns the figure of each package as a table. Call it when all processes have ended. */
  report(): Promise<string>;
};

/**
 * Gathers the lines that the tests run, in Jest's own processes and in services that start as processes and
 * stop normally.
 */
export function openCoverage(dir: string): Coverage {
  const [jestDir, servicesDir] = [join(dir, "coverage-jest"), join(dir, "coverage-services")];
  process.env[SERVICES_COVERAGE] = servicesDir;
  return {
    jestDir,
    report: async () => {
      const map = coverage.createCoverageMap({});
      readJest(map, jestDir);
      await readServices(map, servicesDir);
      return formatCoverage(map);
    },
  };
}

/** Reads the reports of Jest. Each run writes one. */
function readJest(map: CoverageMap, dir: string): void {
  for (const path of existsSync(dir) ? readdirSync(dir, { recursive: true, encoding: "utf8" }) : [])
    if (path.endsWith("coverage-final.json")) map.merge(JSON.parse(readFileSync(join(dir, path), "utf8")));
}

type Script = { url: string; functions: Parameters<ReturnType<typeof v8ToIstanbul>["applyCoverage"]>[0] };

/** Reads the reports of V8. Node strips types by blanks, so V8's positions are those of the source. */
async function readServices(map: CoverageMap, dir: string): Promise<void> {
  for (const name of existsSync(dir) ? readdirSync(dir) : []) {
    const { result } = JSON.parse(readFileSync(join(dir, name), "utf8")) as { result: Script[] };
    for (const { url, functions } of result.filter(isOurs)) {
      const path = fileURLToPath(url);
      const converter = v8ToIstanbul(path, 0, { source: readFileSync(path, "utf8") });
      await converter.load();
      converter.applyCoverage(functions);
      map.merge(converter.toIstanbul());
    }
  }
}

const isOurs = ({ url }: Script) =>
  url.startsWith("file:") && packageOf(fileURLToPath(url)) !== null && url.endsWith(".ts");

/** The package of a source, null for any other file. */
function packageOf(path: string): string | null {
  const [area, name, src] = relative(root, path).split(sep);
  return (area === "packages" || area === "services") && src === "src" ? `${area}/${name}` : null;
}

function formatCoverage(map: CoverageMap): string {
  const files = map.files().filter((path) => packageOf(path) !== null);
  const packages = [...Map.groupBy(files, packageOf)].sort();
  const rows = packages.map(([name, paths]) => rowOf(map, String(name), paths));
  return ["line coverage by package:", ...rows, rowOf(map, "in all", files)].join("\n");
}

function rowOf(map: CoverageMap, name: string, paths: readonly string[]): string {
  const summary = coverage.createCoverageSummary();
  for (const path of paths) summary.merge(map.fileCoverageFor(path).toSummary());
  const { covered, total } = summary.lines;
  const percent = total === 0 ? 100 : (100 * covered) / total;
  return `${percent.toFixed(1).padStart(8)} %  ${name} (${covered} of ${total} lines)`;
}
