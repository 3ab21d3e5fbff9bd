import { knownBadCampaigns } from "../known-bad/campaigns.ts";
import type { Fault } from "../nemesis/fault.ts";
import { brokenLinks, killedParts, pausedParts } from "../nemesis/of-parts.ts";
import { aimedKills, killedServices, pausedServices, restartedServices } from "../nemesis/of-services.ts";
import { rebalances, skewedStamps, spoolOn } from "../special/conditions.ts";
import { erasureUnderKills } from "../special/erasure.ts";
import { forgedWebhooks, poison, redeliveryBursts } from "../special/hostile.ts";
import { rebuildUnderKills, replayed } from "../special/replay.ts";
import { topicMadeAnew } from "../special/topic-anew.ts";
import { wholeStackKilled } from "../special/whole-stack.ts";
import type { Campaign } from "./campaign.ts";

const once = (faults: readonly Fault[]) => faults.map((fault) => ({ fault, times: 1 }));
const of = (kind: string, faults: readonly Fault[]) => faults.filter(({ name }) => name.startsWith(kind));

const ofServices = [...killedServices, ...pausedServices, ...restartedServices, ...aimedKills];

/** Every kind of fault once. 150 events a second are what the load, the services and the parts do with ease on two cores. */
export const quickCampaigns: readonly Campaign[] = [
  {
    name: "services",
    lanes: ["ingest", "projector", "realtime"].map((kind) => once(of(kind, ofServices))),
    rate: 150,
    gapMs: 1_000,
  },
  { name: "parts", lanes: [once([...killedParts, ...pausedParts])], rate: 150, gapMs: 2_000 },
  {
    name: "links",
    lanes: ["ingest", "projector", "realtime"].map((kind) => once(of(kind, brokenLinks))),
    rate: 150,
    gapMs: 1_000,
  },
  erasureUnderKills(20, 1),
  rebuildUnderKills(2),
  replayed,
  wholeStackKilled(1),
  spoolOn(1),
  poison(4),
  skewedStamps(1),
  forgedWebhooks(1_000),
  redeliveryBursts(1_000, 1),
  rebalances(4),
  topicMadeAnew,
  ...knownBadCampaigns,
];
