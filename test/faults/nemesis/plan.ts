import { createRandom, drawOne, drawWhole, type Random } from "@teravoz/simulator";
import type { Fault, Strike } from "./fault.ts";

/** Lanes of strikes. Lanes run side by side, the strikes of a lane one after the other. */
export type Plan = Strike[][];
/** The faults of a lane, each with the number of its strikes. */
export type LaneOrder = { fault: Fault; times: number }[];

/** Draws a plan. The same seed makes the same plan. */
export function planStrikes(seed: number, lanes: readonly LaneOrder[], gapMs: number): Plan {
  const random = createRandom(seed);
  return lanes.map((lane) => {
    const faults = lane.flatMap(({ fault, times }) => Array.from({ length: times }, () => fault));
    return shuffled(random, faults).map((fault) => drawStrike(random, fault, gapMs));
  });
}

const drawStrike = (random: Random, { name, targets, holdMs, hits }: Fault, gapMs: number): Strike => ({
  fault: name,
  target: drawOne(random, targets),
  holdMs: drawWhole(random, ...holdMs),
  hits: drawWhole(random, ...hits),
  gapMs: drawWhole(random, 0, gapMs),
});

/** Returns the items in a random order. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const drawn = items.map((item) => ({ item, at: random() }));
  return drawn.sort((one, other) => one.at - other.at).map(({ item }) => item);
}
