import { join } from "node:path";
import { ROOT } from "@teravoz/stack";
import { withSharedStack } from "../support/shared-stack.ts";
import { runCampaign } from "./campaigns/campaign.ts";
import { quickCampaigns } from "./campaigns/quick.ts";
import { knownBadCampaigns } from "./known-bad/campaigns.ts";

const say = (line: string) =>
  void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
const only = process.argv[2];
const seed = Number(process.argv[3] ?? 1);
await withSharedStack(async (stack) => {
  for (const campaign of [...quickCampaigns, ...knownBadCampaigns].filter(
    ({ name }) => !only || name.includes(only),
  )) {
    const result = await runCampaign({
      stack,
      campaign,
      seed,
      runs: join(ROOT, ".run", "faults"),
      say,
      stop: () => false,
    });
    console.log(
      JSON.stringify({ ...result, struck: result.struck.length, violations: result.violations.length }),
    );
  }
});
