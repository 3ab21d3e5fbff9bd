import { knownBadCampaigns } from "../known-bad/campaigns.ts";
import type { Fault } from "../nemesis/fault.ts";
import { brokenLinks, killedParts, pausedParts } from "../nemesis/of-parts.ts";
import { aimedKills, killedServices, pausedServices, restartedServices } from "../nemesis/of-services.ts";
import { rebalances, skewedStamps, spoolOn } from "../special/conditions.ts";
import { erasureUnderKills } from "../special/erasure.ts";
import { forgedWebhooks, poison, redeliveryBursts } from "../special/hostile.ts";
import { logCutShort, realtimeIsCutOff } from "../special/log-cut-short.ts";
import { oneRecordFails } from "../special/one-record-fails.ts";
import { registryForgets } from "../special/registry-forgets.ts";
import { rebuildUnderKills, replayed } from "../special/replay.ts";
import { topicRecreated } from "../special/topic-recreated.ts";
import { wholeStackKilled } from "../special/whole-stack.ts";
import type { Campaign } from "./campaign.ts";
import { together } from "./together.ts";

const KINDS = ["ingest", "projector", "realtime"];
const ofServices = [...killedServices, ...pausedServices, ...restartedServices, ...aimedKills];

/** Returns a lane for each kind of service, with each fault once. Only process `n` of the kind is hit. */
const lanesOf = (faults: readonly Fault[], n: number) =>
  KINDS.map((kind) =>
    faults
      .filter(({ name }) => name.startsWith(kind))
      .map((fault) => ({ fault: { ...fault, targets: [`${kind}-${n}`] }, times: 1 })),
  );

/** Two cores are enough for two gateways at 40 events a second each, with the load and the parts. */
const RATE = 40;
const base = { rate: RATE, gapMs: 1_000 };

/**
 * Faults hit the first process of each kind, and the links of the second, because a broken link of a process that is
 * down does nothing.
 */
const services: Campaign = { ...base, name: "services", lanes: lanesOf(ofServices, 1) };
const links: Campaign = { ...base, name: "links", lanes: lanesOf(brokenLinks, 2) };

const parts: Campaign = {
  ...base,
  name: "parts",
  lanes: [[...killedParts, ...pausedParts].map((fault) => ({ fault, times: 1 }))],
};

const inProduction = (campaign: Campaign): Campaign => ({
  ...campaign,
  rig: { ...campaign.rig, timings: "production" },
});

/** Every kind of fault once. */
const good: readonly Campaign[] = [
  together([wholeStackKilled(1), parts]),
  together([services, links]),
  // integration/kafka/shortened-log cuts it while no projector runs
  logCutShort(1, ["while the projectors run"]),
  erasureUnderKills(20, 1),
  spoolOn(1),
  together([replayed, topicRecreated]),
  rebuildUnderKills(2),
  registryForgets,
  // these run with the session of a deployment, while projectors die and a third one is restarted
  together([skewedStamps(1), inProduction(rebalances(4)), realtimeIsCutOff(2)]),
  together([oneRecordFails(1), forgedWebhooks(1_000), redeliveryBursts(1_000, 1), poison(4)]),
];

/** Builds that are known to be bad keep their rate, because their damage must show. */
export const quickCampaigns: readonly Campaign[] = [
  ...good.map((campaign) => ({ ...campaign, rate: Math.min(campaign.rate, RATE) })),
  // w:1 runs on three mongods, in the quick campaigns of the cluster
  ...knownBadCampaigns.filter(({ name }) => name !== "known bad: w:1"),
];
