import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import type { Campaign } from "../faults/campaigns/campaign.ts";
import { longCampaigns } from "../faults/campaigns/long.ts";
import { quickCampaigns } from "../faults/campaigns/quick.ts";
import { clusterCampaigns } from "../faults/cluster/campaigns.ts";
import { listSuites, matchSuites } from "../runner/select.ts";
import { pieces } from "./pieces.ts";

const root = join(import.meta.dirname, "..", "..");
const hasFullCounts = (path: string) =>
  /from ".*\/support\/long\.ts"/.test(readFileSync(join(root, path), "utf8"));

test("every suite that runs with smaller counts in the short run is a piece of the long one", () => {
  const scaled = listSuites().filter(hasFullCounts);
  expect(scaled.length).toBeGreaterThan(5);
  const patterns = pieces.flatMap(({ args }) =>
    args.filter((each) => /^(integration|e2e|browser|\^)/.test(each)),
  );
  // `test:board` runs the suite of the page at scale
  patterns.push("browser/scale");
  expect(scaled.filter((path) => matchSuites([path], patterns).length === 0)).toEqual([]);
});

test("every long campaign is a piece, and no two pieces have the same name", () => {
  const names = pieces.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([...longCampaigns, ...clusterCampaigns].map(({ name }) => `faults: ${name}`)),
  );
  expect(new Set(names).size).toBe(names.length);
});

test("every quick campaign, or each of its faults, is part of a long campaign", () => {
  const faultsOf = ({ lanes }: Campaign) => lanes.flat().map(({ fault }) => fault.name);
  const longNames = new Set(longCampaigns.map(({ name }) => name));
  const longFaults = new Set(longCampaigns.flatMap(faultsOf));
  const isLong = (campaign: Campaign) =>
    longNames.has(campaign.name) ||
    (faultsOf(campaign).length > 0 && faultsOf(campaign).every((fault) => longFaults.has(fault)));
  const quick = quickCampaigns.flatMap((campaign) => campaign.members ?? [campaign]);
  expect(quick.filter((campaign) => !isLong(campaign)).map(({ name }) => name)).toEqual([]);
});
