import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { runJest, type Totals } from "../runner/run-jest.ts";
import { describeMachine } from "../runner/timings.ts";
import { installChromium } from "../support/browser/chromium.ts";
import { withSharedStack } from "../support/stack/shared-stack.ts";

/** A figure, the test that measured it, and the load of the machine before that. */
type Figure = { test: string; what: string; reached: string; date: string; load: string };

/** Time limit in ms of a long test: eight minutes of one page, and the overhead of the machine. */
const LONG_TEST_MS = 900_000;
/** The files with the figures of the long run, and with the page that shows them. */
const FIGURES = join(import.meta.dirname, "figures.json");
const PAGE = join(import.meta.dirname, "README.md");

const say = (line: string) => void process.stderr.write(`${line}\n`);

const { long, title } = new Command("test:board")
  .description("Measures the page at scale in a real browser: frames, memory, 50,000 calls, 5,000 queues.")
  .option(
    "--long",
    "measure a minute per figure and seven and a half for memory, and write test/browser/README.md",
  )
  .option("-t, --title <pattern>", "only tests whose title matches")
  .parse()
  .opts<{ long?: true; title?: string }>();

const dir = await mkdtemp(join(tmpdir(), "teravoz-board-"));
const { passed, failed } = await measure(join(dir, "figures.ndjson"));
await rm(dir, { recursive: true, force: true });
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

async function measure(file: string): Promise<Totals> {
  const load = loadavg()[0]!.toFixed(1);
  const totals = await withSharedStack(async () => {
    await installChromium(say);
    // includes the addresses of the parts, which are known from here on
    const env = { ...process.env, BOARD_FIGURES: file, ...(long ? { BOARD: "long" } : {}) };
    const patterns = ["browser/scale"];
    return runJest({ projects: ["browser"], patterns, title, env, testTimeoutMs: LONG_TEST_MS });
  });
  const lines = (await readFile(file, "utf8").catch(() => "")).split("\n").filter(Boolean);
  const date = new Date().toISOString().slice(0, 10);
  const measured = lines.map((line): Figure => ({ ...JSON.parse(line), date, load }));
  process.stdout.write(`${formatFigures(measured)}\n`);
  if (long) await keep(measured);
  return totals;
}

/** Replaces earlier figures of the same tests, and writes the page. */
async function keep(measured: readonly Figure[]): Promise<void> {
  const kept: Figure[] = existsSync(FIGURES) ? JSON.parse(readFileSync(FIGURES, "utf8")) : [];
  const [earlier, now] = [kept, measured].map((figures) => Map.groupBy(figures, ({ test }) => test));
  const all = [...new Map([...earlier!, ...now!]).values()].flat();
  await writeFile(FIGURES, `${JSON.stringify(all, null, 2)}\n`);
  await writeFile(PAGE, formatPage(all));
}

function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map(
    ({ what, reached, date, load }) => `- ${what}:\n  ${reached}\n  (${date}, load ${load})`,
  );
  return ["Each entry has the figure, its date, and the load of the machine before it.", "", ...rows].join(
    "\n",
  );
}

function formatPage(figures: readonly Figure[]): string {
  return `# The page at scale

\`npx -y pnpm test:board\` measures the page in a real Chromium against real parts. \`pnpm test\` runs
the same tests with realtime over the store in memory, and does not judge the speed. \`--long\` takes
a minute for each figure and seven and a half for memory, and writes this page.
\`npx -y pnpm test:long --only board\` does so in two pieces of less than ten minutes.

Frames are the times between two calls of \`requestAnimationFrame\`, 16.7 ms if none is late. The page
that only computes, in the same browser under the same load, shows the costs of the machine itself.
A test is red if more than a hundredth of its frames take over 50 ms and over twice the time of that
page's frames.

The figures are of \`pnpm test:board --long\` on this machine:
${describeMachine()}.
Browser, services, parts and load share its cores. The load is the average of the machine in the
minute before the test.

${formatFigures(figures)}
`;
}
