import { createRandom, drawOne, drawWhole, type Random } from "@teravoz/simulator";
import type { Fault } from "./fault.ts";

/** One act of the nemesis: everything about it that is drawn. */
export type Strike = {
  fault: string;
  /** A process, or a part of the stack. */
  target: string;
  /** How long it lasts. */
  holdMs: number;
  /** At which pass of its point an aimed kill comes. */
  hits: number;
  /** How long before it nothing happens in its lane. */
  gapMs: number;
};

/** Lanes of strikes: side by side with each other, one after the other within. */
export type Plan = Strike[][];
/** How often each fault strikes in a lane. */
export type LaneOrder = { fault: Fault; times: number }[];

/** The same seed makes the same plan. */
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

/** The same in an order that is drawn. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const drawn = items.map((item) => ({ item, at: random() }));
  return drawn.sort((one, other) => one.at - other.at).map(({ item }) => item);
}
