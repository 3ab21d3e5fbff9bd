import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { installChromium } from "../support/chromium.ts";
import { runJest, type Totals } from "../support/run-jest.ts";
import { withSharedStack } from "../support/shared-stack.ts";

type Figure = { what: string; reached: string };

/** Ten minutes of one page, with what the machine adds. */
const LONG_TEST_MS = 900_000;

const say = (line: string) => void process.stderr.write(`${line}\n`);

const { long } = new Command("test:board")
  .description("The page at scale, in a real browser: frames, memory, 50,000 calls, 5,000 queues.")
  .option("--long", "a minute of each and ten of memory; the table goes to test/browser/README.md")
  .parse()
  .opts<{ long?: true }>();

const dir = await mkdtemp(join(tmpdir(), "teravoz-board-"));
const { passed, failed } = await measure(join(dir, "figures.ndjson"));
await rm(dir, { recursive: true, force: true });
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

async function measure(file: string): Promise<Totals> {
  const before = loadavg()[0]!;
  const totals = await withSharedStack(async () => {
    await installChromium(say);
    // with the addresses of the parts, that are there from here on
    const env = { ...process.env, BOARD_FIGURES: file, ...(long ? { BOARD: "long" } : {}) };
    return runJest({ projects: ["browser"], patterns: ["browser/scale"], env, testTimeoutMs: LONG_TEST_MS });
  });
  const lines = (await readFile(file, "utf8").catch(() => "")).split("\n").filter(Boolean);
  const table = formatTable(lines.map((line) => JSON.parse(line) as Figure));
  process.stdout.write(`${table}\n`);
  if (long) await writeFile(join(import.meta.dirname, "README.md"), formatPage(table, before, totals));
  return totals;
}

function formatTable(figures: Figure[]): string {
  const rows = figures.map(({ what, reached }) => `| ${what} | ${reached} |`);
  return ["| what | reached |", "|---|---|", ...rows].join("\n");
}

function formatPage(table: string, loadBefore: number, { passed, failed }: Totals): string {
  const [{ model } = { model: "unknown" }] = cpus();
  const machine = `${cpus().length} x ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  const load = `load average of the machine before it began: ${loadBefore.toFixed(1)}`;
  return `# The page at scale

\`npx -y pnpm test:board\` measures it in a real Chromium against real parts; \`pnpm test\` runs the same without judging speed. \`--long\` takes
a minute for each row and ten for memory, and writes this table. Frames are the times between two of \`requestAnimationFrame\`, 16.7 ms where
nothing is late. The page that only computes, in the same browser under the same load, is what the machine itself costs: a row is red where
more than a hundredth of its frames take over 50 ms and over twice what they take of that page.

\`pnpm test:board --long\`, ${date}, ${machine}; browser, services, parts and load share the cores;
${load}; ${passed} passed, ${failed} failed.

${table}
`;
}
