import type { Kind } from "@teravoz/stack";
import { knownBadCampaigns } from "../known-bad/campaigns.ts";
import type { Fault } from "../nemesis/fault.ts";
import {
  brokenLinks,
  brokerPausedBriefly,
  killedParts,
  mongodKilledAsleep,
  mongodStepsDown,
  pausedParts,
} from "../nemesis/of-parts.ts";
import { aimedKills, killedServices, pausedServices, restartedServices } from "../nemesis/of-services.ts";
import type { LaneOrder } from "../nemesis/plan.ts";
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

const named = (faults: readonly Fault[], name: string) =>
  faults.filter((fault) => fault.name.startsWith(name));
/** Aims faults at one process, so that two of a kind have separate lanes. */
const on = (target: string, faults: readonly Fault[]) =>
  faults.map((fault) => ({ ...fault, targets: [target] }));
const times = (count: number, faults: readonly Fault[]): LaneOrder =>
  faults.map((fault) => ({ fault, times: Math.ceil(count / faults.length) }));

/** Returns a lane for each of two processes of a kind, side by side: both may be down at once. */
const bothOf = (kind: Kind, count: number, faults: readonly Fault[]): LaneOrder[] =>
  [1, 2].map((n) => times(count, on(`${kind}-${n}`, named(faults, kind))));

const base = { rate: 100, gapMs: 500 } as const;

/**
 * Every fault that makes sense on one machine, in campaigns of at most ten minutes. The two campaigns of kills have
 * some 190 strikes each: a killed projector delays its group for the session of 10 s, a killed ingest delays requests
 * for only 2 s.
 */
export const longCampaigns: readonly Campaign[] = [
  {
    ...base,
    name: "aimed kills",
    lanes: [
      ...bothOf("projector", 36, aimedKills),
      ...bothOf("ingest", 45, aimedKills),
      ...bothOf("realtime", 15, killedServices),
    ],
  },
  {
    ...base,
    name: "random kills",
    lanes: [
      ...bothOf("projector", 36, killedServices),
      ...bothOf("ingest", 40, killedServices),
      ...bothOf("realtime", 20, killedServices),
    ],
  },
  {
    ...base,
    name: "broker and MongoDB",
    lanes: [
      [
        ...times(
          20,
          killedParts.filter(({ name }) => name !== "registry killed"),
        ),
        ...times(4, [mongodKilledAsleep]),
        ...times(12, [brokerPausedBriefly]),
        ...times(10, [mongodStepsDown]),
        ...times(6, pausedParts),
        ...times(2, named(killedParts, "registry")),
      ],
    ],
  },
  {
    ...base,
    name: "restarts, pauses and links",
    lanes: [
      times(24, [...named(restartedServices, "ingest"), ...named(pausedServices, "ingest")]),
      times(26, [...named(restartedServices, "projector"), ...named(pausedServices, "projector")]),
      times(16, [...named(restartedServices, "realtime"), ...named(pausedServices, "realtime")]),
      times(45, brokenLinks),
    ],
  },
  erasureUnderKills(200, 4),
  rebuildUnderKills(12),
  replayed,
  wholeStackKilled(8),
  spoolOn(6),
  rebalances(50),
  poison(40),
  skewedStamps(3),
  forgedWebhooks(10_000),
  redeliveryBursts(3_000, 5),
  topicRecreated,
  registryForgets,
  ...knownBadCampaigns,
  oneRecordFails(5),
  logCutShort(3),
  realtimeIsCutOff(10),
];
