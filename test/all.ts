import type { Stack } from "@teravoz/stack";
import type { Campaign } from "./faults/campaigns/campaign.ts";
import { quickCampaigns } from "./faults/campaigns/quick.ts";
import { countRows, ledgerPath, runFaults } from "./faults/faults.ts";
import { installChromium } from "./support/chromium.ts";
import { runJest, type Totals } from "./support/run-jest.ts";
import { withSharedStack } from "./support/shared-stack.ts";

// a run that is ended begins nothing more
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort()).once("SIGINT", () => stopping.abort());

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Every kind of fault once, on the stack the suites had. What runs elsewhere may not be killed: there it is left out. */
async function runQuickFaults(stack: Stack, patterns: string[]): Promise<Totals> {
  const isWanted = ({ name }: Campaign) =>
    patterns.length === 0 || patterns.some((pattern) => new RegExp(pattern, "i").test(`test/faults/${name}`));
  const campaigns = quickCampaigns.filter(isWanted);
  if (campaigns.length === 0 || stack.provider === "external") return { passed: 0, failed: 0 };
  const ledger = ledgerPath("quick");
  return countRows(await runFaults({ stack, campaigns, seed: 1, ledger, say, signal: stopping.signal }));
}

const sum = (all: Totals[]): Totals => ({
  passed: all.reduce((count, { passed }) => count + passed, 0),
  failed: all.reduce((count, { failed }) => count + failed, 0),
});

const patterns = process.argv.slice(2);
const unit = await runJest({ projects: ["unit"], patterns });
const real = await withSharedStack(async (stack) => {
  await installChromium(say);
  const suites = await runJest({ projects: ["integration", "e2e", "browser"], patterns });
  return sum([suites, await runQuickFaults(stack, patterns)]);
});
const total = sum([unit, real]);
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
// a socket of a client that was cut off may linger
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
