import { join } from "node:path";
import type { Campaign } from "../campaigns/campaign.ts";
import { brokerPausedBriefly, mongodKilledAsleep } from "../nemesis/of-parts.ts";
import { aimedKills, killedServices } from "../nemesis/of-services.ts";
import { forgetfulRegistry } from "./forgetful-registry.ts";

const main = (name: string) => join(import.meta.dirname, `${name}.ts`);
const projectorKilled = killedServices.find(({ name }) => name === "projector killed")!;
const killedUntold = aimedKills.find(({ name }) => name.endsWith("before the notice"))!;

/** Only the projectors are bad, or the parts: one process of the other kinds is enough. */
const counts = { ingest: 1, realtime: 1 };

/** Builds that break a promise: a checker that finds nothing in them would find nothing at all. */
export const knownBadCampaigns: readonly Campaign[] = [
  {
    name: "known bad: position and commit before the events",
    lanes: [[{ fault: projectorKilled, times: 2 }]],
    rate: 150,
    gapMs: 500,
    rig: { mains: { projector: main("position-first") }, counts },
    mustShow: ["missing"],
  },
  {
    name: "known bad: a redelivery is not told",
    // and the last one: a batch may have held nothing that shows
    lanes: [[{ fault: killedUntold, times: 3 }]],
    rate: 100,
    gapMs: 500,
    rig: { mains: { projector: main("silent-redelivery") }, counts },
    mustShow: ["stale client"],
    endsInDeath: true,
  },
  {
    name: "known bad: w:1",
    lanes: [[{ fault: mongodKilledAsleep, times: 3 }]],
    rate: 200,
    gapMs: 500,
    rig: { mains: { projector: main("weak-writes") }, counts, sampleEveryMs: 500 },
    mustShow: ["committed past the stored", "id given twice", "vanished"],
  },
  {
    name: "known bad: 64 sends in flight on one idempotent producer",
    lanes: [[{ fault: brokerPausedBriefly, times: 12 }]],
    rate: 1_500,
    gapMs: 500,
    rig: { mains: { ingest: main("concurrent-sends") }, counts: { ingest: 1, realtime: 0 } },
    mustShow: ["missing"],
  },
  forgetfulRegistry,
];
