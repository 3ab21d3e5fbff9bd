import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "@teravoz/simulator";
import type { Part } from "@teravoz/stack";
import type { Campaign } from "../campaigns/campaign.ts";
import type { Struck } from "../nemesis/nemesis.ts";
import { shuffled } from "../nemesis/plan.ts";
import { findUnready } from "../rig/quiet.ts";
import type { Rig } from "../rig/rig.ts";

/** Kills everything at the same moment and starts it again, in a different order each time. */
export const wholeStackKilled = (rounds: number): Campaign => ({
  name: "whole stack killed at once",
  endsInDeath: false,
  rate: 100,
  gapMs: 0,
  lanes: [],
  beforehand: async (rig) => {
    const struck: Struck[] = [];
    for (let round = 1; round <= rounds; round++) struck.push(await killAll(rig, round));
    return struck;
  },
});

const PARTS: readonly Part[] = ["kafka", "registry", "mongodb"];
const TRAFFIC_MS = 4_000;
/** Pause between two starts. */
const STEP_MS = 700;
/**
 * The promised time from the last start until all services are ready. It takes 4 s on a quiet machine, 19 s on two
 * cores with a load of 20.
 */
const CONVERGE_MS = 60_000;
const STARTS = 5;

async function killAll(rig: Rig, round: number): Promise<Struck> {
  await sleep(TRAFFIC_MS);
  const { stack, processes } = rig;
  const span = { from: Date.now(), to: Number.POSITIVE_INFINITY };
  rig.struckAt.push(span);
  for (const { name } of processes.handles) processes.doom(name);
  for (const handle of processes.handles) handle.kill("SIGKILL");
  await Promise.all([
    ...PARTS.map((part) => stack.kill(part)),
    ...processes.handles.map(({ exited }) => exited),
  ]);
  const order = shuffled(createRandom(round), [...PARTS, ...processes.handles.map(({ name }) => name)]);
  rig.note(`everything killed; started again: ${order.join(", ")}`);
  const starting = order.map(async (name, place) => {
    await sleep(place * STEP_MS);
    await (isPart(name) ? startPart(rig, name) : processes.revive(name));
  });
  await Promise.all(starting);
  const began = Date.now();
  while ((await findUnready(rig)).length > 0 && Date.now() - began < CONVERGE_MS) await sleep(200);
  const unready = await findUnready(rig);
  span.to = Date.now();
  rig.unrecovered.push(...unready.map((each) => `after the whole stack was killed: ${each}`));
  return { fault: "whole stack killed at once", recoverMs: unready.length > 0 ? null : Date.now() - began };
}

const isPart = (name: string): name is Part => (PARTS as readonly string[]).includes(name);

/** Starts a part. A registry ends if its broker is not up yet, and is started again, as its supervisor would. */
async function startPart({ stack }: Rig, part: Part): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await stack.start(part);
    } catch (error) {
      if (tries === STARTS) throw error;
    }
  }
}
