import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Campaign } from "../campaigns/campaign.ts";
import type { Fault } from "../nemesis/fault.ts";
import { killedParts } from "../nemesis/of-parts.ts";
import { aimedKills, killedServices, restartedServices } from "../nemesis/of-services.ts";

const named = (faults: readonly Fault[], name: string) => faults.find((fault) => fault.name === name)!;

export function madeDirectory(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

/** Store and forward: the broker is unavailable for a long time, and ingests die while events wait in their spools. */
export const spoolOn = (kills: number): Campaign => ({
  name: "broker away, spool on",
  endsInDeath: false,
  rate: 100,
  gapMs: 1_500,
  lanes: [
    [{ fault: { ...named(killedParts, "broker killed"), holdMs: [6_000, 12_000] }, times: kills }],
    [{ fault: named(killedServices, "ingest killed"), times: 3 * kills }],
  ],
  rig: { env: (dir) => ({ SPOOL_DIR: madeDirectory(join(dir, "spool")) }) },
});

/** A third projector is restarted again and again. Each restart reassigns all partitions twice. */
export const rebalances = (times: number): Campaign => ({
  name: "forced rebalances",
  endsInDeath: false,
  rate: 200,
  gapMs: 300,
  lanes: [
    [
      {
        fault: { ...named(restartedServices, "projector restarted"), targets: ["projector-3"] },
        times: Math.ceil(times / 2),
      },
    ],
  ],
  rig: { counts: { projector: 3 } },
});

/** A vendor whose clocks are wrong by up to a day, in both directions, and projectors that die. */
export const skewedStamps = (kills: number): Campaign => ({
  name: "stamps up to a day off",
  rate: 120,
  gapMs: 500,
  lanes: [
    [named(killedServices, "projector killed"), aimedKills[2]!].map((fault) => ({ fault, times: kills })),
  ],
  rig: { skewed: true },
});
